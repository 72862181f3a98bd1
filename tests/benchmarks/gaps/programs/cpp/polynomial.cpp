#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

// A polynomial with whole coefficients; coefficients_[i] belongs to the i-th power of x.
class Polynomial {
 public:
  // Takes the coefficients from the constant upwards, for example {1, 0, 3} for 3x^2 + 1.
  Polynomial(std::vector<long> coefficients = {}) : coefficients_(std::move(coefficients)) {
    trim();
  }

  // Returns the highest power, or -1 for the zero polynomial.
  int degree() const { return static_cast<int>(coefficients_.size()) - 1; }

  // Returns the coefficient of a power; it is 0 above the degree.
  long operator[](int power) const { return power <= degree() ? coefficients_[power] : 0; }

  bool operator==(const Polynomial& other) const { return coefficients_ == other.coefficients_; }

  // Evaluates the polynomial at x with Horner's scheme.
  long operator()(long x) const {
    long result = 0;
    for (int power = degree(); power >= 0; --power) {
      result = result * x + coefficients_[power];
    }
    return result;
  }

  Polynomial operator+(const Polynomial& other) const {
    std::vector<long> sum;
    for (int power = 0; power <= std::max(degree(), other.degree()); ++power) {
      sum.push_back((*this)[power] + other[power]);
    }
    return Polynomial(sum);
  }

  Polynomial operator*(const Polynomial& other) const {
    if (degree() < 0 || other.degree() < 0) return Polynomial();
    std::vector<long> product(degree() + other.degree() + 1, 0);
    for (int i = 0; i <= degree(); ++i) {
      for (int j = 0; j <= other.degree(); ++j) product[i + j] += (*this)[i] * other[j];
    }
    return Polynomial(product);
  }

  Polynomial derivative() const {
    std::vector<long> result;
    for (int power = 1; power <= degree(); ++power) result.push_back(power * (*this)[power]);
    return Polynomial(result);
  }

  // Returns the whole numbers from low to high at which the polynomial is zero.
  std::vector<long> rootsBetween(long low, long high) const {
    std::vector<long> roots;
    for (long x = low; x <= high; ++x) {
      if ((*this)(x) == 0) roots.push_back(x);
    }
    return roots;
  }

  // Formats the polynomial like "3x^2 - x + 1", the highest power first; zero is "0".
  std::string toString() const {
    std::string text;
    for (int power = degree(); power >= 0; --power) {
      long value = coefficients_[power];
      if (value == 0) continue;
      if (text.empty()) {
        text = value < 0 ? "-" : "";
      } else {
        text += value < 0 ? " - " : " + ";
      }
      if (std::labs(value) != 1 || power == 0) text += std::to_string(std::labs(value));
      if (power > 0) text += "x";
      if (power > 1) text += "^" + std::to_string(power);
    }
    return text.empty() ? "0" : text;
  }

 private:
  // Drops zeros at the top, so that equal polynomials have equal coefficients.
  void trim() {
    while (!coefficients_.empty() && coefficients_.back() == 0) coefficients_.pop_back();
  }

  std::vector<long> coefficients_;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

using Coefficients = std::vector<long>;

int main() {
  Polynomial zero;
  CHECK(zero.degree() == -1 && zero[0] == 0 && zero(5) == 0 && zero.toString() == "0");
  CHECK(Polynomial({0, 0}) == zero && Polynomial({0, 0}).degree() == -1);
  Polynomial p({1, -1, 3});
  CHECK(p.degree() == 2 && p[0] == 1 && p[1] == -1 && p[2] == 3 && p[3] == 0);
  CHECK(Polynomial({1, -1, 3, 0}) == p);
  CHECK(!(p == Polynomial({1, -1})));
  CHECK(p(0) == 1 && p(2) == 11 && p(-1) == 5);
  CHECK(p.toString() == "3x^2 - x + 1");
  CHECK(Polynomial({-7}).toString() == "-7");
  CHECK(Polynomial({0, 1}).toString() == "x");
  CHECK(Polynomial({1, 0, 0, -1}).toString() == "-x^3 + 1");
  CHECK(Polynomial({-1, 12, 0, 5}).toString() == "5x^3 + 12x - 1");
  CHECK(Polynomial({0, -2}).toString() == "-2x");
  Polynomial q({4, 1});
  CHECK(p + q == Polynomial({5, 0, 3}));
  CHECK(q + p == p + q);
  CHECK(p + Polynomial({0, 0, -3}) == Polynomial({1, -1}));
  CHECK(p + zero == p);
  CHECK(p * q == Polynomial({4, -3, 11, 3}));
  CHECK(p * zero == zero && zero * p == zero);
  CHECK(q * q == Polynomial({16, 8, 1}));
  CHECK(p.derivative() == Polynomial({-1, 6}));
  CHECK(Polynomial({9, 8, 7, 6}).derivative() == Polynomial({8, 14, 18}));
  CHECK(Polynomial({5}).derivative() == zero && zero.derivative() == zero);
  Polynomial r({-6, 11, -6, 1});
  CHECK((r.rootsBetween(-10, 10) == Coefficients{1, 2, 3}));
  CHECK((r.rootsBetween(1, 3) == Coefficients{1, 2, 3}));
  CHECK((r.rootsBetween(2, 2) == Coefficients{2}));
  CHECK(r.rootsBetween(4, 9).empty());
  return 0;
}
