#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

// The latest measurements of a sensor in a ring buffer, with statistics over them.
class SensorWindow {
 public:
  explicit SensorWindow(size_t capacity) : values_(capacity) {
    if (capacity == 0) throw std::invalid_argument("capacity must be positive");
  }

  size_t size() const { return size_; }
  bool full() const { return size_ == values_.size(); }

  // Adds a measurement; when the window is full, the oldest one makes room.
  void add(double value) {
    values_[(first_ + size_) % values_.size()] = value;
    if (full()) {
      first_ = (first_ + 1) % values_.size();
    } else {
      ++size_;
    }
  }

  // Returns a measurement by its age order: 0 is the oldest one in the window.
  double at(size_t index) const {
    if (index >= size_) throw std::out_of_range("no such measurement");
    return values_[(first_ + index) % values_.size()];
  }

  // Returns all measurements, the oldest one first.
  std::vector<double> toVector() const {
    std::vector<double> result;
    for (size_t i = 0; i < size_; ++i) result.push_back(at(i));
    return result;
  }

  // Returns the mean, or 0 for an empty window.
  double mean() const {
    if (size_ == 0) return 0.0;
    double sum = 0.0;
    for (double value : toVector()) sum += value;
    return sum / size_;
  }

  // Returns the population standard deviation, or 0 for an empty window.
  double deviation() const {
    if (size_ == 0) return 0.0;
    double average = mean();
    double squares = 0.0;
    for (double value : toVector()) squares += (value - average) * (value - average);
    return std::sqrt(squares / size_);
  }

  // Returns the middle value, or the mean of the two middle ones, or 0 for an empty window.
  double median() const {
    std::vector<double> sorted = toVector();
    std::sort(sorted.begin(), sorted.end());
    if (sorted.empty()) return 0.0;
    size_t middle = sorted.size() / 2;
    if (sorted.size() % 2 == 1) return sorted[middle];
    return (sorted[middle - 1] + sorted[middle]) / 2;
  }

  // Tells whether a value lies more than `limit` standard deviations from the mean.
  bool isOutlier(double value, double limit) const {
    return std::fabs(value - mean()) > limit * deviation();
  }

  // Compares the newer half of the values with the older half: "rising", "falling" or "steady".
  std::string trend() const {
    size_t half = size_ / 2;
    double older = 0.0;
    double newer = 0.0;
    for (size_t i = 0; i < half; ++i) {
      older += at(i);
      newer += at(size_ - 1 - i);
    }
    if (newer == older) return "steady";
    return newer > older ? "rising" : "falling";
  }

 private:
  std::vector<double> values_;
  size_t first_ = 0;
  size_t size_ = 0;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

bool near(double a, double b) { return std::fabs(a - b) < 1e-9; }

bool outOfRange(const SensorWindow& window, size_t index) {
  try {
    window.at(index);
  } catch (const std::out_of_range&) {
    return true;
  }
  return false;
}

int main() {
  bool refused = false;
  try {
    SensorWindow none(0);
  } catch (const std::invalid_argument&) {
    refused = true;
  }
  CHECK(refused);
  using Values = std::vector<double>;
  SensorWindow window(4);
  CHECK(window.size() == 0 && !window.full() && window.toVector().empty());
  CHECK(window.mean() == 0 && window.deviation() == 0 && window.median() == 0);
  CHECK(window.trend() == "steady");
  CHECK(outOfRange(window, 0));
  window.add(3);
  CHECK(window.size() == 1 && window.at(0) == 3 && window.mean() == 3 && window.median() == 3);
  CHECK(window.trend() == "steady" && window.deviation() == 0);
  window.add(9);
  window.add(4);
  CHECK(window.size() == 3 && !window.full() && outOfRange(window, 3));
  CHECK(window.median() == 4 && near(window.mean(), 16.0 / 3));
  CHECK(window.trend() == "rising");
  window.add(0);
  CHECK(window.full() && window.size() == 4);
  CHECK((window.toVector() == Values{3, 9, 4, 0}));
  CHECK(window.median() == 3.5 && window.mean() == 4 && near(window.deviation(), std::sqrt(10.5)));
  CHECK(window.trend() == "falling");
  window.add(8);
  CHECK((window.toVector() == Values{9, 4, 0, 8}));
  CHECK(window.size() == 4 && window.at(0) == 9 && window.at(3) == 8 && outOfRange(window, 4));
  for (double value : {2.0, 4.0, 4.0, 6.0, 4.0, 6.0, 2.0}) window.add(value);
  CHECK((window.toVector() == Values{6, 4, 6, 2}));
  CHECK(window.median() == 5);
  CHECK(window.trend() == "falling");
  window.add(10);
  window.add(4);
  CHECK((window.toVector() == Values{6, 2, 10, 4}));
  CHECK(window.trend() == "rising");
  SensorWindow flat(2);
  flat.add(1);
  flat.add(3);
  CHECK(flat.mean() == 2 && flat.deviation() == 1);
  CHECK(!flat.isOutlier(4, 2) && flat.isOutlier(4.1, 2) && flat.isOutlier(-0.1, 2));
  CHECK(!flat.isOutlier(0, 2) && flat.isOutlier(0, 1.5));
  flat.add(3);
  CHECK(flat.trend() == "steady");
  return 0;
}
