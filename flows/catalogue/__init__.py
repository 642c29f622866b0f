"""The content as objects: everything the product says and knows, loaded once and never changed."""

from flows.catalogue.catalogue import Catalogue

__all__ = ["Catalogue"]
