#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// An option of a command line program; a flag is on or off, other options have a value.
struct Option {
  std::string name;
  char letter;
  bool isFlag;
  std::string fallback;
};

// Parses arguments such as: --name=value --name value -n value --flag -xyz file -- --file
class ArgParser {
 public:
  void addFlag(const std::string& name, char letter) {
    options_.push_back({name, letter, true, ""});
  }

  // Declares an option with a value, which is the fallback if the option is not given.
  void addOption(const std::string& name, char letter, const std::string& fallback) {
    options_.push_back({name, letter, false, fallback});
  }

  // Reads all arguments; everything after "--" is positional.
  void parse(std::vector<std::string> arguments) {
    rest_ = std::move(arguments);
    while (!rest_.empty()) {
      std::string text = takeNext();
      if (text == "--") {
        while (!rest_.empty()) positional_.push_back(takeNext());
      } else if (text.rfind("--", 0) == 0) {
        parseLong(text.substr(2));
      } else if (text.size() > 1 && text[0] == '-') {
        for (char letter : text.substr(1)) parseValue(findOption(std::string(1, letter)));
      } else {
        positional_.push_back(text);
      }
    }
  }

  bool isSet(const std::string& name) const { return values_.count(name) > 0; }
  const std::vector<std::string>& positional() const { return positional_; }

  // Returns the given value of an option, or else its fallback.
  std::string get(const std::string& name) const {
    auto given = values_.find(name);
    return given != values_.end() ? given->second : findOption(name).fallback;
  }

 private:
  // Removes and returns the first of the arguments that are left.
  std::string takeNext() {
    std::string text = rest_.front();
    rest_.erase(rest_.begin());
    return text;
  }

  // Handles "name", whose value may follow as the next argument, or "name=value".
  void parseLong(const std::string& text) {
    size_t equals = text.find('=');
    const Option& option = findOption(text.substr(0, equals));
    if (equals == std::string::npos) return parseValue(option);
    if (option.isFlag) throw std::invalid_argument(option.name + " takes no value");
    values_[option.name] = text.substr(equals + 1);
  }

  // Sets a flag, or takes an option's value from the arguments that are left.
  void parseValue(const Option& option) {
    if (!option.isFlag && rest_.empty())
      throw std::invalid_argument(option.name + " needs a value");
    values_[option.name] = option.isFlag ? "true" : takeNext();
  }

  // Finds an option by its name or its letter.
  const Option& findOption(const std::string& key) const {
    for (const Option& option : options_) {
      if (key == option.name || key == std::string(1, option.letter)) return option;
    }
    throw std::invalid_argument("unknown option " + key);
  }

  std::vector<Option> options_;
  std::map<std::string, std::string> values_;
  std::vector<std::string> positional_;
  std::vector<std::string> rest_;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

using Words = std::vector<std::string>;

ArgParser parsed(const Words& arguments) {
  ArgParser parser;
  parser.addFlag("verbose", 'v');
  parser.addFlag("force", 'f');
  parser.addOption("output", 'o', "out.txt");
  parser.addOption("level", 'l', "3");
  parser.parse(arguments);
  return parser;
}

// Returns the message of the exception, or an empty text if there is none.
std::string failure(const Words& arguments) {
  try {
    parsed(arguments);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

bool mentions(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

int main() {
  ArgParser none = parsed({});
  CHECK(!none.isSet("verbose") && !none.isSet("output") && none.positional().empty());
  CHECK(none.get("output") == "out.txt" && none.get("level") == "3");
  ArgParser mixed = parsed({"a", "--output", "b", "--verbose", "c", "-l", "7", "-"});
  CHECK((mixed.positional() == Words{"a", "c", "-"}));
  CHECK(mixed.get("output") == "b" && mixed.get("level") == "7");
  CHECK(mixed.isSet("verbose") && mixed.isSet("level") && !mixed.isSet("force"));
  ArgParser equals = parsed({"--output=x=y", "--level="});
  CHECK(equals.get("output") == "x=y" && equals.get("level") == "" && equals.isSet("level"));
  ArgParser letters = parsed({"-vfo", "file", "rest"});
  CHECK(letters.isSet("verbose") && letters.isSet("force") && letters.get("output") == "file");
  CHECK((letters.positional() == Words{"rest"}));
  ArgParser ended = parsed({"x", "-v", "--", "--force", "--", "-l"});
  CHECK((ended.positional() == Words{"x", "--force", "--", "-l"}));
  CHECK(ended.isSet("verbose") && !ended.isSet("force"));
  CHECK(parsed({"-l", "1", "-l", "2"}).get("level") == "2");
  CHECK(parsed({"-o", "-v"}).get("output") == "-v");
  CHECK(mentions(failure({"--color"}), "color"));
  CHECK(mentions(failure({"-vx"}), "x"));
  CHECK(mentions(failure({"--output"}), "output"));
  CHECK(mentions(failure({"-l"}), "level"));
  CHECK(mentions(failure({"--force=yes"}), "force"));
  CHECK(failure({"-vf", "--level=1"}) == "");
  bool unknown = false;
  try {
    none.get("size");
  } catch (const std::invalid_argument&) {
    unknown = true;
  }
  CHECK(unknown);
  return 0;
}
