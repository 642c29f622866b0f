"""What the bot asks of the fake, and how it is refused: the words are Telegram's."""

import contextlib
from collections.abc import Iterator

import aiohttp
import pytest
import telegram
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
)
from telegram.error import BadRequest, Forbidden, InvalidToken

from tests.fakes.bot_api import FakeBotApi
from tests.fakes.conftest import TOKEN, Clock, client

HOURS_48 = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


@contextlib.contextmanager
def refused(api: FakeBotApi, problem: str) -> Iterator[None]:
    """The client sees a BadRequest; its words are in another case there, so those of the log are compared."""
    with pytest.raises(BadRequest):
        yield
    assert api.log[-1].refused == f"Bad Request: {problem}"


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"do:{label}")] for label in labels])


async def test_a_bot_only_knows_who_wrote_first(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    with refused(api, "chat not found"):
        await bot.send_message(7, "Hallo")
    await user.starts()
    message = await bot.send_message(7, "Hallo")
    assert message.chat.id == 7
    assert (await user.sees("Hallo")).message_id == message.message_id
    assert (await bot.get_chat(7)).first_name == "Gebruiker"
    with refused(api, "chat not found"):
        await bot.get_chat(8)


async def test_html_becomes_text_and_entities(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    await user.starts()
    html = "😀 <b>Vet <i>en schuin</i></b> &lt;x&gt; &amp; <a href='https://a.nl?b=1&amp;c=2'>hier</a>"
    message = await bot.send_message(7, html, parse_mode="HTML")
    assert message.text == "😀 Vet en schuin <x> & hier"
    found = {entity.type: text for entity, text in message.parse_entities().items()}
    assert found == {"bold": "Vet en schuin", "italic": "en schuin", "text_link": "hier"}
    assert [entity.url for entity in message.entities if entity.url] == ["https://a.nl?b=1&c=2"]
    assert user.screen[-1].markdown == r"😀 **Vet *en schuin*** \<x\> & [hier](https://a.nl?b=1&c=2)"


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é <b>x</i>", 'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<a href=>x</a>", None),
        ("<a href=a_b>x</a>", "Unexpected end of name token at byte offset 8"),
        ("<a ='x'>x</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_html_faults_in_telegrams_words(
    api: FakeBotApi, bot: telegram.Bot, html: str, problem: str | None
) -> None:
    await api.user(id=7).starts()
    if problem is None:
        await bot.send_message(7, html, parse_mode="HTML")
        return
    with refused(api, f"can't parse entities: {problem}"):
        await bot.send_message(7, html, parse_mode="HTML")


async def test_text_limits_hold_after_parsing(api: FakeBotApi, bot: telegram.Bot) -> None:
    await api.user(id=7).starts()
    await bot.send_message(7, f"<b>{'é' * 4096}</b>", parse_mode="HTML")
    for text, problem in (
        ("x" * 4097, "message is too long"),
        ("", "message text is empty"),
        (" \n ", "text must be non-empty"),
        ("x" * 32769, "text is too long"),
    ):
        with refused(api, problem):
            await bot.send_message(7, text)
    assert (await bot.send_message(7, "  rond \n")).text == "rond"


@pytest.mark.parametrize(
    ("buttons", "problem"),
    [
        ([InlineKeyboardButton("x", callback_data="é" * 32 + "x")], "BUTTON_DATA_INVALID"),
        ([InlineKeyboardButton("x", copy_text=CopyTextButton("x" * 257))], "BUTTON_COPY_TEXT_INVALID"),
        ([InlineKeyboardButton("x", copy_text=CopyTextButton(""))], "BUTTON_COPY_TEXT_INVALID"),
        (
            [InlineKeyboardButton("x", url="tel:112")],
            "inline keyboard button URL 'tel:112' is invalid: Wrong HTTP URL",
        ),
        ([InlineKeyboardButton(" ", callback_data="x")], "inline keyboard button text must be non-empty"),
        ([InlineKeyboardButton("x", callback_data="x")] * 101, "reply markup is too long"),
    ],
)
async def test_button_limits(
    api: FakeBotApi, bot: telegram.Bot, buttons: list[InlineKeyboardButton], problem: str
) -> None:
    await api.user(id=7).starts()
    with refused(api, problem):
        await bot.send_message(7, "x", reply_markup=InlineKeyboardMarkup([[button] for button in buttons]))


async def test_buttons_at_the_limits_are_taken(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    await user.starts()
    rows = [[InlineKeyboardButton("x", callback_data="é" * 32)]] * 99
    rows.append([InlineKeyboardButton("nummer", copy_text=CopyTextButton("1" * 256))])
    await bot.send_message(7, "x", reply_markup=InlineKeyboardMarkup(rows))
    await user.presses("nummer")
    assert user.clipboard == "1" * 256


async def test_a_button_needs_an_action(api: FakeBotApi) -> None:
    await api.user(id=7).starts()
    asked = {"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}}
    status, answer = await post(api, "sendMessage", asked)
    assert status == 400
    assert answer["description"] == (
        "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
    )
    api.violations.clear()


async def test_editing(api: FakeBotApi, bot: telegram.Bot, clock: Clock) -> None:
    user = api.user(id=7)
    await user.starts()
    own = await bot.send_message(7, "Een", reply_markup=keyboard("Ja"))
    with refused(api, NOT_MODIFIED):
        await bot.edit_message_text(" Een ", 7, own.message_id, reply_markup=keyboard("Ja"))
    clock.now += 400 * 86400
    edited = await bot.edit_message_text("<i>Een</i>", 7, own.message_id, parse_mode="HTML")
    assert isinstance(edited, telegram.Message)
    assert edited.edit_date is not None
    assert edited.reply_markup is None, "an edit without a keyboard takes it away"
    assert [(shown.text, shown.edited) for shown in user.screen] == [("/start", False), ("Een", True)]
    with refused(api, NOT_MODIFIED):
        await bot.edit_message_reply_markup(7, own.message_id)
    await bot.edit_message_reply_markup(7, own.message_id, reply_markup=keyboard("Nee"))
    assert user.last.labels == ["Nee"]


async def test_what_cannot_be_edited(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    hers = await user.says("Van haar")
    with refused(api, "message can't be edited"):
        await bot.edit_message_text("x", 7, hers.message_id)
    with refused(api, "message to edit not found"):
        await bot.edit_message_text("x", 7, 999)
    with_letters = await bot.send_message(7, "x", reply_markup=ReplyKeyboardMarkup([["Ja"]]))
    with refused(api, "message can't be edited"):
        await bot.edit_message_text("y", 7, with_letters.message_id)
    document = await bot.send_document(7, b"x", filename="x.txt")
    with refused(api, "there is no text in the message to edit"):
        await bot.edit_message_text("y", 7, document.message_id)


async def test_deleting_works_for_48_hours(api: FakeBotApi, bot: telegram.Bot, clock: Clock) -> None:
    user = api.user(id=7)
    hers = await user.says("Van haar")
    own = await bot.send_message(7, "Van de bot")
    old = await bot.send_message(7, "Oud")
    clock.now += HOURS_48
    assert await bot.delete_message(7, hers.message_id)
    assert await bot.delete_message(7, own.message_id)
    with refused(api, "message to delete not found"):
        await bot.delete_message(7, own.message_id)
    clock.now += 1
    with refused(api, "message can't be deleted for everyone"):
        await bot.delete_message(7, old.message_id)
    assert [message.text for message in user.screen] == ["Oud"]


async def test_deleting_many_skips_what_is_gone(api: FakeBotApi, bot: telegram.Bot, clock: Clock) -> None:
    user = api.user(id=7)
    await user.starts()
    old = await bot.send_message(7, "Oud")
    clock.now += HOURS_48 + 1
    new = await bot.send_message(7, "Nieuw")
    with refused(api, "message can't be deleted for everyone"):
        await bot.delete_messages(7, [new.message_id, old.message_id])
    assert user.last.text == "Nieuw", "all or nothing"
    assert await bot.delete_messages(7, [999, new.message_id])
    assert user.last.text == "Oud"
    for ids, problem in (
        ([], "message identifiers are not specified"),
        (range(1, 102), "too many message identifiers specified"),
    ):
        with refused(api, problem):
            await bot.delete_messages(7, list(ids))


async def test_who_blocked_the_bot_gets_nothing(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    await user.starts()
    message = await bot.send_message(7, "Een")
    await user.blocks_bot()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(7, "Twee")
    with pytest.raises(Forbidden, match="blocked"):
        await bot.edit_message_text("Twee", 7, message.message_id)
    with pytest.raises(ValueError, match="blocked"):
        await user.says("Hallo?")
    await user.unblocks_bot()
    await bot.send_message(7, "Drie")
    statuses = [
        update.my_chat_member.new_chat_member.status for update in await bot.get_updates() if update.my_chat_member
    ]
    assert statuses == ["kicked", "member"]


async def test_a_pressed_button_is_answered_once_and_in_time(api: FakeBotApi, bot: telegram.Bot, clock: Clock) -> None:
    user = api.user(id=7)
    await user.starts()
    await bot.send_message(7, "Ja?", reply_markup=keyboard("Ja"))
    first = await user.presses("Ja")
    second = await user.presses("do:Ja")
    query = (await bot.get_updates())[1].callback_query
    assert query is not None
    assert (query.data, query.message and query.message.is_accessible) == ("do:Ja", True)
    assert await bot.answer_callback_query(query.id, text="Genoteerd")
    assert (await first.until_answered())["text"] == "Genoteerd"
    assert user.toasts == ["Genoteerd"]
    gone = "query is too old and response timeout expired or query ID is invalid"
    with refused(api, gone):
        await bot.answer_callback_query(query.id)
    clock.now += 15.1
    assert second.query is not None
    with refused(api, gone):
        await bot.answer_callback_query(second.query.query_id)
    with refused(api, gone):
        await bot.answer_callback_query("1")
    with pytest.raises(AssertionError, match="no answer"):
        await second.until_answered(0.01)


async def test_files_arrive_as_sent(api: FakeBotApi, bot: telegram.Bot) -> None:
    user = api.user(id=7)
    await user.starts()
    message = await bot.send_document(7, b"%PDF-1.7", caption="<b>Advies</b>", parse_mode="HTML", filename="advies.pdf")
    file = user.last.file
    assert file is not None
    assert (file.name, file.mime_type, file.content) == ("advies.pdf", "application/pdf", b"%PDF-1.7")
    assert (user.last.text, user.last.markdown) == ("Advies", "**Advies**")
    assert message.document is not None
    again = await bot.send_document(7, message.document.file_id)
    assert user.last.file == file
    assert again.message_id > message.message_id
    big = await bot.send_document(7, b"x" * 3_000_000, filename="groot.bin")
    assert big.document is not None
    assert big.document.file_size == 3_000_000
    photo = await bot.send_photo(7, b"\x89PNG", caption="é" * 1024)
    assert photo.photo[0].file_size == 4
    for caption, given, problem in (
        ("x" * 1025, b"x", "message caption is too long"),
        ("", b"", "file must be non-empty"),
        ("", "unknown", "wrong remote file identifier specified: Wrong string length"),
    ):
        with refused(api, problem):
            await bot.send_photo(7, given, caption=caption)


async def test_replies_name_what_they_reply_to(api: FakeBotApi, bot: telegram.Bot) -> None:
    hers = await api.user(id=7).says("Vraag")
    message = await bot.send_message(7, "Antwoord", reply_to_message_id=hers.message_id)
    assert message.reply_to_message is not None
    assert message.reply_to_message.text == "Vraag"
    with refused(api, "message to be replied not found"):
        await bot.send_message(7, "Antwoord", reply_to_message_id=999)


async def test_the_command_menu_follows_scope_and_language(api: FakeBotApi, bot: telegram.Bot) -> None:
    dutch, english = api.user(id=7), api.user(id=8, language_code="en")
    await bot.set_my_commands([BotCommand("start", "Begin")])
    await bot.set_my_commands([("wis", "Wis alles")], scope=BotCommandScopeAllPrivateChats(), language_code="nl")
    assert dutch.commands == {"wis": "Wis alles"}
    assert english.commands == {"start": "Begin"}
    assert [command.command for command in await bot.get_my_commands()] == ["start"]
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats(), "nl")
    assert dutch.commands == {"start": "Begin"}
    for name, description, problem in (
        ("Start", "x", "BOT_COMMAND_INVALID"),
        ("x" * 33, "x", "command length must not exceed 32"),
        ("start", "x" * 257, "command description length must not exceed 256"),
        ("start", " ", "command description must be non-empty"),
    ):
        with refused(api, problem):
            await bot.set_my_commands([BotCommand(name, description)])


async def test_descriptions(api: FakeBotApi, bot: telegram.Bot) -> None:
    await bot.set_my_description("Sparren over signalen")
    await bot.set_my_short_description("Sparren", language_code="nl")
    assert (await bot.get_my_description(language_code="nl")).description == "Sparren over signalen"
    assert (await bot.get_my_short_description("nl")).short_description == "Sparren"
    assert (await bot.get_my_short_description()).short_description == ""
    with refused(api, "bot description is too long"):
        await bot.set_my_description("x" * 513)


async def test_chat_actions(api: FakeBotApi, bot: telegram.Bot) -> None:
    await api.user(id=7).starts()
    assert await bot.send_chat_action(7, "typing")
    with refused(api, "wrong parameter action in request"):
        await bot.send_chat_action(7, "dancing")


async def test_groups(api: FakeBotApi, bot: telegram.Bot) -> None:
    user, group = api.user(id=7), api.group(id=-100)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(-100, "x")
    await group.adds_bot(user)
    await user.says("/start", group=group)
    updates = await bot.get_updates()
    assert updates[0].my_chat_member is not None
    assert updates[1].message is not None
    assert updates[1].message.chat.type == "supergroup"
    await bot.send_message(-100, "Alleen privé")
    await bot.leave_chat(-100)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(-100, "x")
    assert user.screen == []


async def post(api: FakeBotApi, method: str, body: object, token: str = TOKEN) -> tuple[int, dict[str, object]]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{api.base_url}/bot{token}/{method}", json=body) as answer,
    ):
        return answer.status, await answer.json()


async def test_tokens(api: FakeBotApi) -> None:
    assert await post(api, "getMe", {}, "nonsense") == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )
    assert await post(api, "getMe", {}, "4200:other") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )
    with pytest.raises(InvalidToken):
        await client(api, "4200:other").initialize()
    for code in (401, 404):
        api.refuse_token(code)
        assert (await post(api, "getMe", {}))[0] == code
    api.refuse_token(None)
    assert (await post(api, "GETME", {}))[0] == 200, "names of methods are in any case"


async def test_every_way_to_pass_parameters(api: FakeBotApi) -> None:
    user = api.user(id=7)
    await user.starts()
    markup = '{"inline_keyboard":[[{"text":"Ja","callback_data":"ja"}]]}'
    form = {"chat_id": "7", "text": "vorm", "reply_markup": markup, "disable_notification": "true"}
    parts = aiohttp.FormData(form, default_to_multipart=True)
    url = f"{api.base_url}/bot{TOKEN}/sendMessage"
    async with aiohttp.ClientSession() as session:
        for sending in (
            session.get(url, params=form),
            session.post(url, data=form),
            session.post(url, data=parts),
            session.post(url, json={**form, "chat_id": 7, "disable_notification": True}),
        ):
            async with sending as answer:
                assert (await answer.json())["result"]["text"] == "vorm"
        async with session.post(url, data=b"{nonsense", headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400
    assert [message.labels for message in user.screen[1:]] == [["Ja"]] * 4
    assert api.requests["sendMessage"] == 5
    assert api.sent(7) == {"vorm": 4}
    assert api.duplicates() == api.duplicates(7) == 3
