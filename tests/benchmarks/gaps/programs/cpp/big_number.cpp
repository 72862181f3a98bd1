#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

// A natural number of any length; its decimal digits are stored from the last to the first.
class BigNumber {
 public:
  BigNumber(unsigned long value = 0) : BigNumber(std::to_string(value)) {}

  // Parses decimal digits, which may have leading zeros.
  explicit BigNumber(const std::string& text) {
    for (char symbol : text) {
      if (symbol < '0' || symbol > '9') throw std::invalid_argument("not a number: " + text);
      digits_.push_back(symbol - '0');
    }
    std::reverse(digits_.begin(), digits_.end());
    trim();
  }

  std::string toString() const {
    if (digits_.empty()) return "0";
    std::string text;
    for (int digit : digits_) text += static_cast<char>('0' + digit);
    return {text.rbegin(), text.rend()};
  }

  // Returns -1, 0 or 1 if this number is smaller than, equal to or larger than the other.
  int compare(const BigNumber& other) const {
    size_t size = other.digits_.size();
    if (digits_.size() != size) return digits_.size() < size ? -1 : 1;
    for (size_t i = size; i-- > 0;) {
      if (digits_[i] != other.digits_[i]) return digits_[i] < other.digits_[i] ? -1 : 1;
    }
    return 0;
  }

  BigNumber operator+(const BigNumber& other) const {
    BigNumber result;
    int carry = 0;
    for (size_t i = 0; i < std::max(digits_.size(), other.digits_.size()) || carry > 0; ++i) {
      int sum = digit(i) + other.digit(i) + carry;
      result.digits_.push_back(sum % 10);
      carry = sum / 10;
    }
    return result;
  }

  // Subtracts a number, which must not be larger than this one.
  BigNumber operator-(const BigNumber& other) const {
    if (compare(other) < 0) throw std::underflow_error("the result would be negative");
    BigNumber result;
    int borrow = 0;
    for (size_t i = 0; i < digits_.size(); ++i) {
      int difference = digit(i) - other.digit(i) - borrow;
      borrow = difference < 0 ? 1 : 0;
      result.digits_.push_back(difference + 10 * borrow);
    }
    result.trim();
    return result;
  }

  // Multiplies two numbers as one does on paper.
  BigNumber operator*(const BigNumber& other) const {
    BigNumber result;
    result.digits_.assign(digits_.size() + other.digits_.size() + 1, 0);
    for (size_t i = 0; i < digits_.size(); ++i) {
      int carry = 0;
      for (size_t j = 0; j < other.digits_.size() || carry > 0; ++j) {
        int value = result.digits_[i + j] + digits_[i] * other.digit(j) + carry;
        result.digits_[i + j] = value % 10;
        carry = value / 10;
      }
    }
    result.trim();
    return result;
  }

 private:
  // Returns the digit for a power of ten; it is 0 beyond the first digit.
  int digit(size_t power) const { return power < digits_.size() ? digits_[power] : 0; }

  // Drops leading zeros, so that zero has no digits at all.
  void trim() {
    while (!digits_.empty() && digits_.back() == 0) digits_.pop_back();
  }

  std::vector<int> digits_;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

using Big = BigNumber;

bool invalid(const std::string& text) {
  try {
    Big number(text);
  } catch (const std::invalid_argument&) {
    return true;
  }
  return false;
}

bool underflows(const Big& a, const Big& b) {
  try {
    a - b;
  } catch (const std::underflow_error&) {
    return true;
  }
  return false;
}

int main() {
  CHECK(Big().toString() == "0" && Big(0).toString() == "0" && Big(907).toString() == "907");
  CHECK(Big("000").toString() == "0" && Big("0012").toString() == "12");
  CHECK(Big("").toString() == "0");
  CHECK(invalid("12a") && invalid("-5") && invalid("1_000") && invalid("1 2"));
  CHECK(Big(5).compare(Big(5)) == 0 && Big().compare(Big("0")) == 0);
  CHECK(Big(9).compare(Big(10)) == -1 && Big(10).compare(Big(9)) == 1);
  CHECK(Big(120).compare(Big(210)) == -1 && Big(321).compare(Big(319)) == 1);
  CHECK((Big(7) + Big(5)).toString() == "12" && (Big(999) + Big(1)).toString() == "1000");
  CHECK((Big(1) + Big(9999)).toString() == "10000" && (Big(0) + Big(0)).toString() == "0");
  CHECK((Big(250) + Big(31)).toString() == "281");
  CHECK((Big(1000) - Big(1)).toString() == "999" && (Big(52) - Big(52)).toString() == "0");
  CHECK((Big(5031) - Big(4987)).toString() == "44" && (Big(77) - Big(0)).toString() == "77");
  CHECK((Big(52) - Big(52)).compare(Big()) == 0);
  CHECK(underflows(Big(3), Big(4)) && underflows(Big(0), Big(1)) && !underflows(Big(4), Big(4)));
  CHECK((Big(99) * Big(99)).toString() == "9801" && (Big(12) * Big(0)).toString() == "0");
  CHECK((Big(0) * Big(12)).toString() == "0" && (Big(25) * Big(4)).toString() == "100");
  CHECK((Big(12345) * Big(6789)).toString() == "83810205");
  CHECK((Big(1) * Big(1)).compare(Big(1)) == 0);
  Big factorial(1);
  for (int i = 2; i <= 25; ++i) factorial = factorial * Big(i);
  CHECK(factorial.toString() == "15511210043330985984000000");
  Big a("123456789012345678901234567890");
  Big b("987654321098765432109876543210");
  CHECK((a + b).toString() == "1111111110111111111011111111100");
  CHECK((b - a).toString() == "864197532086419753208641975320");
  CHECK((a + b - b).compare(a) == 0);
  return 0;
}
