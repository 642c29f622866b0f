"""A whole consult in Chromium on a phone-sized screen, with and without JavaScript. Screenshots stay in build/screenshots."""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PHONE = {"width": 360, "height": 740}

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


@pytest.fixture(autouse=True)
def _chromium() -> None:
    if CHROMIUM is None:
        message = "Chromium is not installed: a consult in a real browser was NOT tested"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


async def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{name} is wider than the screen"


@pytest.mark.parametrize("javascript", [True, False], ids=["with", "without"])
async def test_a_consult_from_the_first_page_to_the_advice(address: str, javascript: bool) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(viewport=PHONE, java_script_enabled=javascript)  # type: ignore[arg-type]
        page = await context.new_page()
        name = "with" if javascript else "without"

        async def press(label: str) -> None:
            await page.get_by_role("button", name=re.compile(f"^{re.escape(label)}")).first.click()
            assert await page.get_by_role("link", name="Bel 112").first.is_visible()

        await page.goto(address)
        if javascript:
            await shot(page, "1-start")
        await press("Begin")
        for label in ("Nee, nu geen gevaar", "Nee, 18 of ouder", "Gemeentebalie", "Twente", "Geen van deze"):
            await press(label)
        await page.get_by_label("Iemand anders geeft de antwoorden").check()
        await page.get_by_label("Gedraagt zich onderdanig").check()
        if javascript:
            await shot(page, "2-signals")
        await press("Papieren")
        await page.get_by_label("Geen eigen papieren").check()
        await press("Klaar")
        await press("Overslaan")
        for _ in range(3):
            await press("Weet ik niet")
        await press("Klaar")
        await press("Nog niet gedaan")
        if javascript:
            await shot(page, "3-review")
        await press("Klopt, geef advies")
        assert "stap 2, overleggen" in await page.content()
        assert await page.get_by_role("link", name="0800-2000").is_visible()
        if javascript:
            await shot(page, "4-advice")
        await page.get_by_role("link", name="Gevaar?").click()
        assert "Gevaar: bel 112" in await page.content()
        assert "sparwijzer" in {cookie["name"] for cookie in await context.cookies()}, name
        await browser.close()


async def test_a_consult_by_keyboard_alone(address: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
        await page.goto(address)

        async def reach(label: str) -> None:
            for _ in range(60):
                await page.keyboard.press("Tab")
                if label in await page.evaluate(
                    "document.activeElement.innerText || document.activeElement.value || ''"
                ):
                    return
            raise AssertionError(f"{label} cannot be reached by keyboard")

        for label in ("Begin", "Nee, nu geen gevaar", "Nee, 18 of ouder", "Geef nu advies"):
            await reach(label)
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
        assert "Advies voor nu" in await page.content()
        await browser.close()
