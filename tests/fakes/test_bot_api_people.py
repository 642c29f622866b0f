"""What a person does and sees, and the dialogue as it is printed."""

import asyncio

import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup

from tests.fakes.bot_api import FakeBotApi


async def only_update(bot: telegram.Bot) -> telegram.Update:
    updates = await bot.get_updates()
    await bot.get_updates(offset=updates[-1].update_id + 1)
    return updates[-1]


async def test_what_she_sends_reaches_the_bot_as_its_kind(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7, language_code="nl")
    await user.starts("code-1")
    message = (await only_update(bot)).message
    assert message is not None
    assert message.from_user is not None
    assert (message.text, message.from_user.language_code) == ("/start code-1", "nl")
    assert [(entity.type, entity.length) for entity in message.entities] == [("bot_command", 6)]
    for deed, kind in (
        (user.sends_sticker(), "sticker"),
        (user.sends_photo("kijk"), "photo"),
        (user.sends_document(), "document"),
        (user.sends_voice(), "voice"),
        (user.sends_location(), "location"),
        (user.sends_contact(), "contact"),
        (user.sends({"dice": {"emoji": "🎲", "value": 3}}), "dice"),
        (user.forwards("Van iemand"), "forward_origin"),
    ):
        await deed
        message = (await only_update(bot)).message
        assert message is not None
        assert getattr(message, kind), kind
    said = await user.says("bel 112 of mail a@b.nl")
    message = (await only_update(bot)).message
    assert message is not None
    assert list(message.parse_entities().values()) == ["a@b.nl"]
    await user.edits(said, "bel /nood")
    update = await only_update(bot)
    assert update.edited_message is not None
    assert update.edited_message.text == "bel /nood"
    assert (update.edited_message.message_id, update.message) == (said.message_id, None)
    await user.deletes(said)
    assert api.waiting == 0
    assert all(shown.message_id != said.message_id for shown in user.screen)


async def test_she_presses_buttons_new_and_old(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    await user.starts()
    rows = InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton("Ja", callback_data="oud:ja"),
                InlineKeyboardButton("Site", url="https://a.nl/"),
            ],
        ]
    )
    old = await bot.send_message(7, "Oud", reply_markup=rows)
    new = await bot.send_message(
        7,
        "Nieuw",
        reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("Ja", callback_data="nieuw:ja")),
    )
    await only_update(bot)
    assert (await user.presses("Ja")).message_id == new.message_id
    assert (await user.presses("oud:ja")).message_id == old.message_id
    assert (await user.presses("Ja", message=old.message_id)).message_id == old.message_id
    queries = [update.callback_query for update in await bot.get_updates()]
    assert [query and query.data for query in queries] == ["nieuw:ja", "oud:ja", "oud:ja"]
    await user.presses("Site")
    assert user.opened == "https://a.nl/"
    await bot.delete_message(7, old.message_id)
    await user.presses("oud:ja", message=old.message_id)
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert not query.message.is_accessible, "her screen lagged behind"
    with pytest.raises(AssertionError, match=r"no button 'Weg' within 0\.05 s; the screen of 7 shows:"):
        await user.presses("Weg", timeout=0.05)


async def test_a_keyboard_instead_of_letters_sends_its_text(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    await user.starts()
    await bot.send_message(7, "Kies", reply_markup=ReplyKeyboardMarkup([["Noord", "Zuid"]]))
    await user.presses("Zuid")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.text == "Zuid"


async def test_she_waits_for_what_comes(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    await user.starts()
    seeing = asyncio.create_task(user.sees("Welkom"))
    pressing = asyncio.create_task(user.presses("Ja"))
    await asyncio.sleep(0.02)
    assert not seeing.done()
    message = await bot.send_message(7, "Welkom")
    assert (await seeing).text == "Welkom"
    await bot.edit_message_reply_markup(
        7,
        message.message_id,
        reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("Ja", callback_data="ja")),
    )
    await pressing
    await user.sees_button("Ja")
    with pytest.raises(AssertionError, match="no text 'Welkom'"):
        await user.sees("Welkom", 0.02, fresh=True)
    with pytest.raises(AssertionError, match="no text '/start'"):
        await user.sees("/start", 0.02)
    with pytest.raises(AssertionError, match="still there"):
        await user.sees_no("Welkom", 0.02)
    leaving = asyncio.create_task(user.sees_no("Welkom"))
    await bot.delete_message(7, message.message_id)
    await leaving


async def test_the_transcript(api: FakeBotApi, bot: telegram.Bot) -> None:
    user, other = api.user(id=7), api.user(id=8)
    await other.says("niet van haar")
    await user.starts()
    yes = InlineKeyboardButton("Ja", callback_data="ja")
    first = await bot.send_message(
        7,
        "<b>Is er gevaar?</b>\nKies.",
        parse_mode="HTML",
        reply_markup=InlineKeyboardMarkup.from_button(yes),
    )
    pressed = await user.presses("Ja")
    assert pressed.query is not None
    await bot.edit_message_text("Bel 112_nu", 7, first.message_id)
    await bot.answer_callback_query(pressed.query.query_id, text="Genoteerd")
    name = await user.says("Mijn naam is *X*")
    await bot.delete_message(7, name.message_id)
    await bot.send_document(7, b"x", filename="advies.pdf", caption="Uw advies")
    await bot.delete_message(7, first.message_id)
    await user.sends_sticker()
    await user.blocks_bot()
    assert (
        api.transcript(user)
        == r"""**Gebruiker** schrijft:

> /start

**Bot**, bericht 1:

> **Is er gevaar?**\
> Kies.
>
> `[Ja]`

**Gebruiker** drukt op **[Ja]**

**Bot**, bericht 1, gewijzigd:

> Bel 112\_nu

**Bot**, even in beeld: Genoteerd

**Gebruiker** schrijft:

> Mijn naam is \*X\*

**Bot** verwijdert een bericht van de gebruiker

**Bot**, bericht 2:

> *(advies.pdf)*
>
> Uw advies

**Bot** verwijdert bericht 1

**Gebruiker** stuurt een sticker

**Gebruiker** blokkeert de bot
"""
    )
    kinds = [(entry.kind, entry.name) for entry in api.log if entry.chat_id == 8]
    assert kinds == [("update", "message")]
