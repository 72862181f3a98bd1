#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

// A version such as 1.4.2 or 2.0.0-beta; a version with a tag comes before the one without.
struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;
  std::string tag;

  bool operator==(const Version& other) const {
    return std::tie(major, minor, patch, tag) ==
           std::tie(other.major, other.minor, other.patch, other.tag);
  }

  bool operator<(const Version& other) const {
    auto numbers = std::tie(major, minor, patch);
    auto otherNumbers = std::tie(other.major, other.minor, other.patch);
    if (numbers != otherNumbers) return numbers < otherNumbers;
    if (tag.empty() || other.tag.empty()) return !tag.empty() && other.tag.empty();
    return tag < other.tag;
  }

  std::string toString() const {
    std::ostringstream text;
    text << major << '.' << minor << '.' << patch << (tag.empty() ? "" : "-") << tag;
    return text.str();
  }
};

// Parses "1", "1.4", "1.4.2" or "1.4.2-tag"; missing numbers are 0. Returns nothing on errors.
std::optional<Version> parseVersion(const std::string& text) {
  Version version;
  std::istringstream stream(text.substr(0, text.find('-')));
  for (int* number : {&version.major, &version.minor, &version.patch}) {
    if (!(stream >> *number) || *number < 0) return std::nullopt;
    if (stream.peek() != '.') break;
    stream.get();
  }
  if (stream.peek() != EOF) return std::nullopt;
  size_t dash = text.find('-');
  if (dash != std::string::npos) version.tag = text.substr(dash + 1);
  return version;
}

// A condition on versions: <, >, <=, >=, ^ (at least the bound, with the same major number) or =.
struct Condition {
  std::string sign;
  Version bound;

  bool accepts(const Version& version) const {
    if (sign == "<") return version < bound;
    if (sign == ">") return bound < version;
    if (sign == "<=") return !(bound < version);
    if (sign == ">=") return !(version < bound);
    if (sign == "^") return !(version < bound) && version.major == bound.major;
    return version == bound;
  }
};

// Parses conditions separated by blanks; one without a sign must be met exactly.
std::optional<std::vector<Condition>> parseRange(const std::string& text) {
  std::vector<Condition> conditions;
  std::istringstream stream(text);
  std::string word;
  while (stream >> word) {
    size_t start = std::min(word.find_first_not_of("<>=^"), word.size());
    std::optional<Version> bound = parseVersion(word.substr(start));
    if (!bound) return std::nullopt;
    conditions.push_back({word.substr(0, start), *bound});
  }
  return conditions;
}

// Returns the newest version that meets all conditions; tagged versions are not offered.
std::optional<Version> newest(const std::vector<Version>& versions,
                              const std::vector<Condition>& range) {
  std::optional<Version> best;
  for (const Version& version : versions) {
    bool accepted = std::all_of(range.begin(), range.end(),
                                [&](const Condition& c) { return c.accepts(version); });
    if (accepted && version.tag.empty() && (!best || *best < version)) best = version;
  }
  return best;
}

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

Version v(const std::string& text) { return *parseVersion(text); }

// Returns the newest of some versions in a range as text, or "none".
std::string pick(const std::string& rangeText) {
  std::vector<Version> versions;
  for (const char* text : {"1.4.0", "0.9.1", "1.10.2", "2.1.0", "2.0.0", "1.4.7", "3.0.0-beta"}) {
    versions.push_back(v(text));
  }
  auto range = parseRange(rangeText);
  if (!range) return "error";
  auto best = newest(versions, *range);
  return best ? best->toString() : "none";
}

int main() {
  CHECK(Version().toString() == "0.0.0");
  CHECK((v("1.4.2") == Version{1, 4, 2, ""}));
  CHECK((v("10") == Version{10, 0, 0, ""}) && (v("3.7") == Version{3, 7, 0, ""}));
  CHECK((v("2.0.1-rc-1") == Version{2, 0, 1, "rc-1"}));
  for (const char* wrong : {"", "a", "1.", "1..2", "1.2.3.4", "1.x", "-1", "1.2 ", "1.2.3b"}) {
    CHECK(!parseVersion(wrong));
  }
  CHECK(v("1.2.3-a").toString() == "1.2.3-a" && v("4").toString() == "4.0.0");
  CHECK(!(v("1.2.3") == v("1.2.4")) && !(v("1.2.3") == v("1.3.3")) && !(v("1.2.3") == v("2.2.3")));
  CHECK(!(v("1.0.0-a") == v("1.0.0")));
  CHECK(v("1.9.9") < v("2.0.0") && v("1.2.9") < v("1.10.0") && v("1.2.3") < v("1.2.4"));
  CHECK(!(v("1.2.3") < v("1.2.3")) && !(v("2.0.0") < v("1.9.9")));
  CHECK(v("1.0.0-rc") < v("1.0.0") && !(v("1.0.0") < v("1.0.0-rc")));
  CHECK(v("1.0.0-alpha") < v("1.0.0-beta") && !(v("1.0.0-beta") < v("1.0.0-alpha")));
  CHECK(v("1.0.0") < v("1.0.1-rc"));
  CHECK(parseRange("") && parseRange("")->empty());
  CHECK(parseRange(">=1.2 <2")->size() == 2);
  CHECK((*parseRange(">=1.2 <2"))[0].sign == ">=" && (*parseRange(">=1.2 <2"))[1].sign == "<");
  CHECK(!parseRange(">=") && !parseRange("<1 x"));
  CHECK(pick("") == "2.1.0");
  CHECK(pick("<2") == "1.10.2" && pick(">=1.5 <2") == "1.10.2");
  CHECK(pick("<1.4.7") == "1.4.0" && pick("<=1.4.7") == "1.4.7");
  CHECK(pick(">2.0.0 <3") == "2.1.0" && pick(">2.1") == "none" && pick(">=2.1") == "2.1.0");
  CHECK(pick("^1.4") == "1.10.2" && pick("^1.11") == "none" && pick("^0") == "0.9.1");
  CHECK(pick("1.4") == "1.4.0" && pick("=1.4.7") == "1.4.7" && pick("1.5") == "none");
  CHECK(pick("<oops") == "error");
  return 0;
}
