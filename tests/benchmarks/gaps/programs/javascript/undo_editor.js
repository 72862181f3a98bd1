// A line editor with undo and redo: each command knows how to take itself back.

// Replaces `count` lines from `index` on by other lines.
class ReplaceCommand {
  constructor(index, count, lines) {
    this.index = index;
    this.count = count;
    this.lines = lines;
    this.removed = [];
  }

  apply(document) {
    this.removed = document.splice(this.index, this.count, ...this.lines);
  }

  revert(document) {
    document.splice(this.index, this.lines.length, ...this.removed);
  }
}

// Several commands that are done and undone together.
class GroupCommand {
  constructor(commands) {
    this.commands = commands;
  }

  apply(document) {
    this.commands.forEach((command) => command.apply(document));
  }

  revert(document) {
    [...this.commands].reverse().forEach((command) => command.revert(document));
  }
}

class Editor {
  constructor(text = "", maxUndo = 100) {
    this.lines = text === "" ? [] : text.split("\n");
    this.maxUndo = maxUndo;
    this.undoStack = [];
    this.redoStack = [];
  }

  // Apply a command and remember it (the latest maxUndo ones); there is nothing to redo then.
  run(command) {
    command.apply(this.lines);
    this.undoStack.push(command);
    if (this.undoStack.length > this.maxUndo) this.undoStack.shift();
    this.redoStack = [];
  }

  // Insert text before the line with this index (0 is the first one).
  insert(index, text) {
    if (index < 0 || index > this.lines.length) {
      throw new RangeError(`no line ${index}`);
    }
    this.run(new ReplaceCommand(index, 0, text.split("\n")));
  }

  // Replace every occurrence of a text in all lines, as one step; returns how many lines changed.
  replaceAll(search, replacement) {
    const commands = [];
    this.lines.forEach((line, index) => {
      if (!line.includes(search)) return;
      const changed = line.split(search).join(replacement);
      commands.push(new ReplaceCommand(index, 1, [changed]));
    });
    if (commands.length > 0) this.run(new GroupCommand(commands));
    return commands.length;
  }

  // Move a command from one stack to the other; returns false if there is none.
  undo() {
    const command = this.undoStack.pop();
    if (!command) return false;
    command.revert(this.lines);
    this.redoStack.push(command);
    return true;
  }

  redo() {
    const command = this.redoStack.pop();
    if (!command) return false;
    command.apply(this.lines);
    this.undoStack.push(command);
    return true;
  }
}

// --- tests ---
const assert = require("node:assert");

const editor = new Editor("one\ntwo\nthree");
const text = () => editor.lines.join("|");
assert.strictEqual(text(), "one|two|three");
assert.deepStrictEqual(new Editor().lines, []);
assert.strictEqual(editor.undo(), false);
assert.strictEqual(editor.redo(), false);
editor.insert(1, "a\nb");
assert.strictEqual(text(), "one|a|b|two|three");
editor.run(new ReplaceCommand(0, 2, []));
assert.strictEqual(text(), "b|two|three");
assert.strictEqual(editor.undo(), true);
assert.strictEqual(text(), "one|a|b|two|three");
assert.strictEqual(editor.undo(), true);
assert.strictEqual(text(), "one|two|three");
assert.strictEqual(editor.undo(), false);
assert.strictEqual(editor.redo(), true);
assert.strictEqual(text(), "one|a|b|two|three");
assert.strictEqual(editor.redo(), true);
assert.strictEqual(text(), "b|two|three");
assert.strictEqual(editor.redo(), false);
editor.undo();
editor.insert(5, "end");
assert.strictEqual(text(), "one|a|b|two|three|end");
assert.strictEqual(editor.redo(), false);
assert.throws(() => editor.insert(7, "x"), RangeError);
assert.throws(() => editor.insert(-1, "x"), RangeError);
editor.insert(0, "zero");
assert.strictEqual(text(), "zero|one|a|b|two|three|end");
assert.strictEqual(editor.replaceAll("e", "EE"), 4);
assert.strictEqual(text(), "zEEro|onEE|a|b|two|thrEEEE|EEnd");
assert.strictEqual(editor.replaceAll("missing", "x"), 0);
assert.strictEqual(editor.replaceAll("zEEr", "hell"), 1);
assert.strictEqual(editor.lines[0], "hello");
editor.undo();
assert.strictEqual(editor.undo(), true);
assert.strictEqual(text(), "zero|one|a|b|two|three|end");
editor.redo();
assert.strictEqual(text(), "zEEro|onEE|a|b|two|thrEEEE|EEnd");
const group = new GroupCommand([new ReplaceCommand(0, 0, ["p"]), new ReplaceCommand(0, 2, [])]);
editor.run(group);
assert.strictEqual(text(), "onEE|a|b|two|thrEEEE|EEnd");
editor.undo();
assert.strictEqual(text(), "zEEro|onEE|a|b|two|thrEEEE|EEnd");
const short = new Editor("x", 2);
for (const letter of ["a", "b", "c"]) short.insert(0, letter);
assert.deepStrictEqual(short.lines, ["c", "b", "a", "x"]);
assert.strictEqual(short.undo(), true);
assert.strictEqual(short.undo(), true);
assert.strictEqual(short.undo(), false);
assert.deepStrictEqual(short.lines, ["a", "x"]);
