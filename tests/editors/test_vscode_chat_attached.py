"""What goes along with a question in a real VS Code's chat, and what is done with its answer."""

import json
from typing import Any

import pytest

from tests.editors.test_vscode_chat import turns
from tests.editors.test_vscode_chat_input import ask, last, typed, until_focus
from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted

SHOP = "class Basket:\n    def add(self, item):\n        self.items.append(item)\n\n\ntotal = 1\n"
TAX = "def add_tax(amount):\n    return amount * 1.19\n"
ANSWER = "So:\\n\\n|```python\\n|def add(self, item, count=1):\\n    self.items += [item] * count\\n|```\\n|See [docs](https://example.org)."


@pytest.fixture
def editor(vscode_scripted: Scripted) -> VSCode:
    editor = vscode_scripted.editor
    (editor.folder / "taxes.py").write_text(TAX)
    vscode_scripted.answers(answer=ANSWER)
    vscode_scripted.open("basket.py", SHOP)
    editor.press("Control+Home")
    editor.command("Hearth: New chat")
    until_focus(editor)  # the page is there, and shows what it was told
    editor.until(lambda: turns(editor) == 0, "an empty chat")
    for _ in chips(editor):
        editor.chat("await chat.locator('#attached .chip').first().click()")
    editor.until(lambda: chips(editor) == [], "that nothing is attached")
    return editor


def chips(editor: VSCode) -> list[str]:
    found: list[str] = editor.chat("return await chat.locator('#attached .chip').allTextContents()")
    return found


def used(editor: VSCode) -> str:
    return str(editor.chat("return await chat.locator('.turn').last().locator('.used').textContent()"))


def test_a_file_is_attached_by_a_word_and_left_out_again(editor: VSCode, vscode_scripted: Scripted) -> None:
    until_focus(editor)
    editor.write("#fi")
    editor.until(lambda: "#file" in editor.chat("return await chat.locator('#words').textContent()"), "the words")
    editor.save("chat-words")
    editor.press("Enter")
    editor.until(lambda: "taxes.py" in editor.text(".quick-input-list"), "the files")
    editor.write("taxes")
    editor.until(lambda: "basket.py" not in editor.text(".quick-input-list"), "the file alone")
    editor.press("Enter")
    editor.until(lambda: chips(editor) == ["taxes.py ×"], "the chip")
    until_focus(editor)
    assert typed(editor) == ""
    editor.save("chat-chips")
    ask(editor, "Is it right?")
    assert [each["kind"] for each in last(vscode_scripted)["attachments"]] == ["file"]
    editor.until(lambda: "taxes.py" in used(editor), "what was shown")
    assert chips(editor) == [], "it goes along once"
    editor.write("#prob")
    editor.press("Tab")
    editor.until(lambda: chips(editor) == ["problems ×"], "the chip")
    editor.chat("await chat.locator('#attached .chip').click()")
    editor.until(lambda: chips(editor) == [], "no chip")


def test_a_tab_and_the_explorer_add_to_the_chat(editor: VSCode) -> None:
    row = '.explorer-viewlet .monaco-list-row:has-text("taxes.py")'
    editor.press("Control+Shift+e")
    editor.run(f"await page.locator({json.dumps(row)}).first().click({{button: 'right'}})")
    item = "page.locator('.monaco-menu .action-item', {hasText: 'Add to Hearth Chat'}).first()"
    editor.run(f"await {item}.hover()")  # a click right behind the menu's opening is passed over
    editor.press("Enter")
    editor.until(lambda: chips(editor) == ["taxes.py ×"], "the chip")
    until_focus(editor)


def test_a_project_question_shows_the_definition_and_a_click_opens_it(
    editor: VSCode, vscode_scripted: Scripted
) -> None:
    until_focus(editor)
    found = "return await chat.locator('#found').textContent()"
    editor.write("What does add_tax do")
    editor.until(lambda: editor.chat(found) == "taxes.py:1 ×", "what will go along")
    editor.save("chat-found")
    editor.chat("await chat.locator('#found').click()")
    editor.until(lambda: editor.chat(found) == "+ taxes.py:1", "that it is left out")
    until_focus(editor)
    editor.press("Enter")
    editor.until(lambda: turns(editor) == 1, "the question")
    assert last(vscode_scripted)["search"] is False
    editor.until(lambda: editor.chat("return await chat.locator('#send').isVisible()"), "the end of the answer")
    ask(editor, "What does add_tax do?")
    editor.until(lambda: "taxes.py:1–2" in used(editor), "the definition")
    editor.chat("await chat.locator('.turn').last().locator('.used summary').click()")
    editor.chat("await chat.locator('.turn').last().getByText('taxes.py:1–2').first().click()")
    editor.until(lambda: "taxes.py" in editor.text(".tab.active"), "the file")


def test_apply_finds_the_method_of_that_name_and_insert_is_indented(
    editor: VSCode, vscode_scripted: Scripted
) -> None:
    until_focus(editor)
    ask(editor, "How could one add many?")
    assert "docs (https://example.org)" in editor.answer()
    assert editor.chat("return await chat.locator('.answer a').count()") == 0
    assert "python" in editor.chat("return await chat.locator('.code.row').last().textContent()")
    editor.chat("await chat.locator('.code.row button', {hasText: 'Copy'}).last().click()")
    editor.until(
        lambda: editor.chat("return await chat.locator('.code.row').getByText('Copied').count()") > 0,
        "that it is copied",
    )
    editor.chat("await chat.getByText('Apply…').last().click()")
    editor.until(lambda: "in the place of add" in editor.notes(), "the question")
    editor.save("chat-apply-by-name")
    editor.press_button("Apply")
    expected = SHOP.replace("add(self, item)", "add(self, item, count=1)").replace(
        "self.items.append(item)", "self.items += [item] * count"
    )
    editor.until(lambda: vscode_scripted.text("basket.py") == expected, "the method")
    editor.until_focus()
    editor.press("Control+Home", "ArrowDown", "ArrowDown", "End", "Enter")
    editor.chat("await chat.getByText('Insert at cursor').last().click()")
    inserted = "\n    def add(self, item, count=1):\n"

    def is_there() -> bool:
        return vscode_scripted.text("basket.py").count(inserted.strip()) == 2

    editor.until(is_there, "the code")
    lines = vscode_scripted.text("basket.py").split("\n")
    first, second = (number for number, line in enumerate(lines) if inserted.strip() in line)
    indents = [len(lines[number + 1]) - len(lines[number + 1].lstrip()) for number in (first, second)]
    own = [len(lines[number]) - len(lines[number].lstrip()) for number in (first, second)]
    assert [inner - outer for inner, outer in zip(indents, own, strict=True)] == [4, 4]


def test_a_chat_is_renamed_deleted_and_taken_back(editor: VSCode, vscode_scripted: Scripted) -> None:
    until_focus(editor)
    ask(editor, "A question to be renamed?")
    button = (
        "page.locator('.quick-input-list .monaco-list-row', {{hasText: '{row}'}})"
        ".first().locator('.quick-input-list-entry-action-bar .action-label').nth({number})"
    )
    editor.command("Hearth: Previous chats")
    editor.until(lambda: "A question to be renamed?" in editor.text(".quick-input-list"), "the chat")
    editor.save("chat-history")
    editor.run("await page.locator('.quick-input-list .monaco-list-row').first().hover()")
    editor.run(f"await {button.format(row='A question to be', number=0)}.click()")
    editor.until(
        lambda: editor.run("return await page.locator('.quick-input-box input').inputValue()") != "", "the box"
    )
    editor.press("Control+a")
    editor.write("About baskets")
    editor.press("Enter")
    editor.until(lambda: vscode_scripted.answered("hearth/chat/rename") == [True], "the name")
    editor.command("Hearth: Delete a chat")
    editor.choose("About baskets")
    editor.until(lambda: "was deleted" in editor.notes(), "that it is gone")
    editor.press_button("Undo")
    editor.until(lambda: vscode_scripted.answered("hearth/chat/restore") == [True], "that it is back")


READABLE = """
const colours = await chat.locator('body').evaluate(() => {
  const log = document.getElementById('log');
  log.innerHTML = '<pre><code><span class="hljs-string">s</span><span class="hljs-keyword">k</span>'
    + '<span class="hljs-number">1</span><span class="hljs-title">t</span>'
    + '<span class="hljs-comment">c</span>x</code></pre>';
  const rgba = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a)];
  const light = (colour) => {
    const linear = (c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = colour.map((each) => linear(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(document.documentElement);
  const canvas = document.createElement('canvas').getContext('2d');
  const named = (name) => {
    canvas.fillStyle = style.getPropertyValue(name) || '#000';
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const base = named('--vscode-sideBar-background');
  const behind = over(rgba(getComputedStyle(document.querySelector('pre')).backgroundColor), base);
  const found = {};
  for (const each of document.querySelectorAll('pre span, pre code')) {
    const both = [light(over(rgba(getComputedStyle(each).color), behind)), light(behind)];
    const [one, other] = both.sort((a, b) => b - a);
    found[each.className || 'code'] = (one + 0.05) / (other + 0.05);
  }
  log.replaceChildren();
  return found;
});
return colours;
"""


@pytest.mark.parametrize("theme", ["Dark Modern", "Light Modern", "Default High Contrast"])
def test_code_can_be_read_in_the_themes_that_vs_code_comes_with(editor: VSCode, theme: str) -> None:
    settings = editor.folder / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"workbench.colorTheme": theme}))
    kind = {"Dark Modern": "vscode-dark", "Light Modern": "vscode-light"}.get(theme, "vscode-high-contrast")
    has = f"return await chat.locator('body').evaluate((body) => body.classList.contains('{kind}'))"
    editor.until(lambda: editor.chat(has), "the theme")
    contrast: dict[str, Any] = editor.chat(READABLE)
    assert len(contrast) == 6
    assert min(contrast.values()) >= 4.5, contrast
    settings.unlink()


def test_an_answer_is_announced_once_and_not_at_every_piece(editor: VSCode) -> None:
    watch = (
        "await chat.locator('#said').evaluate((each) => { window.announced = 0; new MutationObserver((all) => {"
        " for (const change of all) for (const node of change.addedNodes)"
        " window.announced += node.textContent.length; }).observe(each, {childList: true}); })"
    )
    editor.chat(watch)
    until_focus(editor)
    ask(editor, "What is it?")
    count = "return await chat.locator('body').evaluate(() => window.announced)"
    editor.until(lambda: editor.chat(count), "that it is said")
    assert editor.chat(count) <= len(editor.answer()) + 10
    assert editor.chat("return await chat.locator('#log').getAttribute('aria-live')") is None
