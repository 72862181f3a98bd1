#include <algorithm>
#include <string>
#include <utility>

// Text with a cursor. The text is kept in one string with a gap of unused characters at the
// cursor, so that typing does not move the text behind it.
class GapBuffer {
 public:
  static constexpr size_t kMinimumGap = 8;

  explicit GapBuffer(const std::string& text = "")
      : data_(std::string(kMinimumGap, ' ') + text), gapStart_(0), gapEnd_(kMinimumGap) {}

  size_t size() const { return data_.size() - (gapEnd_ - gapStart_); }
  size_t cursor() const { return gapStart_; }

  // Returns the whole text without the gap.
  std::string text() const { return data_.substr(0, gapStart_) + data_.substr(gapEnd_); }

  // Puts the cursor before the character at a position, or behind the text if it is too large.
  void moveTo(size_t position) {
    position = std::min(position, size());
    while (gapStart_ > position) data_[--gapEnd_] = data_[--gapStart_];
    while (gapStart_ < position) data_[gapStart_++] = data_[gapEnd_++];
  }

  // Types text at the cursor, which moves behind it.
  void insert(const std::string& typed) {
    reserve(typed.size());
    for (char letter : typed) data_[gapStart_++] = letter;
  }

  // Deletes up to `count` characters before the cursor and returns them.
  std::string backspace(size_t count = 1) {
    count = std::min(count, gapStart_);
    gapStart_ -= count;
    return data_.substr(gapStart_, count);
  }

  // Deletes up to `count` characters behind the cursor and returns them.
  std::string erase(size_t count = 1) {
    count = std::min(count, data_.size() - gapEnd_);
    std::string removed = data_.substr(gapEnd_, count);
    gapEnd_ += count;
    return removed;
  }

  // Moves the cursor behind the next occurrence of a word; returns false if there is none.
  bool findNext(const std::string& word) {
    size_t found = data_.find(word, gapEnd_);
    if (found == std::string::npos) return false;
    moveTo(found - (gapEnd_ - gapStart_) + word.size());
    return true;
  }

  // Replaces all occurrences of a word behind the cursor and returns how many there were.
  int replaceAll(const std::string& word, const std::string& replacement) {
    int count = 0;
    while (findNext(word)) {
      backspace(word.size());
      insert(replacement);
      ++count;
    }
    return count;
  }

  // Returns the cursor's line and column, both counted from 1.
  std::pair<int, int> lineAndColumn() const {
    std::string before = data_.substr(0, gapStart_);
    size_t lineBreak = before.rfind('\n');
    size_t lineStart = lineBreak == std::string::npos ? 0 : lineBreak + 1;
    int line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    return {line, static_cast<int>(before.size() - lineStart) + 1};
  }

 private:
  // Widens the gap if it is smaller than the given number of characters.
  void reserve(size_t needed) {
    size_t gap = gapEnd_ - gapStart_;
    if (gap >= needed) return;
    size_t extra = needed - gap + kMinimumGap;
    data_.insert(gapEnd_, extra, ' ');
    gapEnd_ += extra;
  }

  std::string data_;
  size_t gapStart_;
  size_t gapEnd_;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

using Position = std::pair<int, int>;

int main() {
  GapBuffer empty;
  CHECK(empty.size() == 0 && empty.text() == "" && empty.cursor() == 0);
  CHECK(empty.backspace() == "" && empty.erase() == "");
  empty.insert("hi");
  CHECK(empty.text() == "hi" && empty.cursor() == 2 && empty.size() == 2);
  GapBuffer buffer("hello world");
  CHECK(buffer.text() == "hello world" && buffer.cursor() == 0 && buffer.size() == 11);
  buffer.moveTo(5);
  CHECK(buffer.cursor() == 5 && buffer.text() == "hello world");
  buffer.insert(", big");
  CHECK(buffer.text() == "hello, big world" && buffer.cursor() == 10 && buffer.size() == 16);
  buffer.insert(" and very, very wide");
  CHECK(buffer.text() == "hello, big and very, very wide world" && buffer.cursor() == 30);
  CHECK(buffer.backspace(20) == " and very, very wide");
  CHECK(buffer.text() == "hello, big world" && buffer.cursor() == 10);
  CHECK(buffer.backspace() == "g");
  CHECK(buffer.erase() == " ");
  CHECK(buffer.erase(3) == "wor");
  CHECK(buffer.text() == "hello, bild" && buffer.size() == 11);
  CHECK(buffer.erase(99) == "ld" && buffer.text() == "hello, bi");
  buffer.moveTo(2);
  CHECK(buffer.backspace(99) == "he" && buffer.text() == "llo, bi" && buffer.cursor() == 0);
  buffer.moveTo(100);
  CHECK(buffer.cursor() == 7);
  buffer.moveTo(3);
  buffer.moveTo(1);
  CHECK(buffer.text() == "llo, bi" && buffer.cursor() == 1);
  GapBuffer lines("one cat\ntwo cats\n\ncat");
  CHECK((lines.lineAndColumn() == Position{1, 1}));
  CHECK(lines.findNext("cat") && lines.cursor() == 7);
  CHECK((lines.lineAndColumn() == Position{1, 8}));
  CHECK(lines.findNext("cat") && lines.cursor() == 15);
  CHECK((lines.lineAndColumn() == Position{2, 8}));
  CHECK(!lines.findNext("one") && lines.cursor() == 15);
  lines.moveTo(17);
  CHECK((lines.lineAndColumn() == Position{3, 1}));
  lines.moveTo(18);
  CHECK((lines.lineAndColumn() == Position{4, 1}));
  lines.moveTo(5);
  CHECK(lines.replaceAll("cat", "concat") == 2);
  CHECK(lines.text() == "one cat\ntwo concats\n\nconcat" && lines.cursor() == lines.size());
  lines.moveTo(0);
  CHECK(lines.replaceAll("cat", "") == 3 && lines.text() == "one \ntwo cons\n\ncon");
  CHECK(lines.replaceAll("dog", "x") == 0);
  return 0;
}
