#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

enum class Size { Motorcycle, Car, Van };

// The prices in cents: 10 minutes are free, a started hour costs 2.50 and a day at most 18.00.
struct Tariff {
  int freeMinutes = 10;
  int perHour = 250;
  int dailyMaximum = 1800;

  // Returns the fee for a stay; each started day costs at most the daily maximum.
  int fee(int minutes) const {
    if (minutes <= freeMinutes) return 0;
    const int minutesPerDay = 24 * 60;
    int fullDays = minutes / minutesPerDay;
    int startedHours = (minutes % minutesPerDay + 59) / 60;
    return fullDays * dailyMaximum + std::min(startedHours * perHour, dailyMaximum);
  }
};

struct Spot {
  int level;
  Size size;
  std::string plate;  // empty if the spot is free
};

struct Ticket {
  size_t spot;
  int arrival;
};

// A garage with several levels; times are minutes since it was opened.
class Garage {
 public:
  explicit Garage(Tariff tariff) : tariff_(tariff) {}

  void addSpots(int level, Size size, int count) {
    for (int i = 0; i < count; ++i) spots_.push_back({level, size, ""});
  }

  // Lets a vehicle in and returns the level of its spot, or nothing if it cannot come in.
  std::optional<int> enter(const std::string& plate, Size size, int now) {
    std::optional<size_t> best = findSpot(size);
    if (!best || tickets_.count(plate) > 0) return std::nullopt;
    spots_[*best].plate = plate;
    tickets_[plate] = {*best, now};
    return spots_[*best].level;
  }

  // Lets a vehicle out and returns what it has to pay, or nothing if it is not here.
  std::optional<int> leave(const std::string& plate, int now) {
    auto ticket = tickets_.find(plate);
    if (ticket == tickets_.end()) return std::nullopt;
    int fee = tariff_.fee(now - ticket->second.arrival);
    spots_[ticket->second.spot].plate.clear();
    tickets_.erase(ticket);
    return fee;
  }

  // Counts the free spots that are large enough for a vehicle.
  int freeSpots(Size size) const {
    return static_cast<int>(std::count_if(spots_.begin(), spots_.end(), [size](const Spot& spot) {
      return spot.plate.empty() && spot.size >= size;
    }));
  }

 private:
  // Finds the smallest free spot that is large enough; of equal ones the lowest level wins.
  std::optional<size_t> findSpot(Size size) const {
    std::optional<size_t> best;
    for (size_t i = 0; i < spots_.size(); ++i) {
      const Spot& spot = spots_[i];
      if (!spot.plate.empty() || spot.size < size) continue;
      if (!best || spot.size < spots_[*best].size ||
          (spot.size == spots_[*best].size && spot.level < spots_[*best].level)) {
        best = i;
      }
    }
    return best;
  }

  Tariff tariff_;
  std::vector<Spot> spots_;
  std::map<std::string, Ticket> tickets_;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

int main() {
  Tariff tariff;
  CHECK(tariff.fee(0) == 0 && tariff.fee(10) == 0 && tariff.fee(11) == 250);
  CHECK(tariff.fee(60) == 250 && tariff.fee(61) == 500 && tariff.fee(420) == 1750);
  CHECK(tariff.fee(421) == 1800 && tariff.fee(1440) == 1800 && tariff.fee(1441) == 2050);
  CHECK(tariff.fee(3 * 1440 + 600) == 4 * 1800);
  Garage garage(tariff);
  CHECK(!garage.enter("none", Size::Motorcycle, 0));
  garage.addSpots(2, Size::Car, 1);
  garage.addSpots(1, Size::Van, 1);
  garage.addSpots(1, Size::Car, 1);
  garage.addSpots(3, Size::Motorcycle, 2);
  CHECK(garage.freeSpots(Size::Motorcycle) == 5);
  CHECK(garage.freeSpots(Size::Car) == 3 && garage.freeSpots(Size::Van) == 1);
  CHECK(garage.enter("c1", Size::Car, 100) == 1);
  CHECK(!garage.enter("c1", Size::Car, 101));
  CHECK(garage.freeSpots(Size::Car) == 2 && garage.freeSpots(Size::Van) == 1);
  CHECK(garage.enter("m1", Size::Motorcycle, 110) == 3);
  CHECK(garage.enter("c2", Size::Car, 120) == 2);
  CHECK(garage.enter("c3", Size::Car, 130) == 1);
  CHECK(garage.freeSpots(Size::Van) == 0 && garage.freeSpots(Size::Motorcycle) == 1);
  CHECK(!garage.enter("c4", Size::Car, 140) && !garage.enter("v1", Size::Van, 140));
  CHECK(garage.enter("m2", Size::Motorcycle, 150) == 3);
  CHECK(!garage.enter("m3", Size::Motorcycle, 150));
  CHECK(!garage.leave("m3", 151));
  CHECK(garage.leave("c2", 250) == 750);
  CHECK(!garage.leave("c2", 250));
  CHECK(garage.enter("m3", Size::Motorcycle, 260) == 2);
  CHECK(garage.leave("m1", 115) == 0);
  CHECK(garage.leave("c3", 191) == 500);
  CHECK(garage.enter("v1", Size::Van, 300) == 1);
  CHECK(garage.freeSpots(Size::Car) == 0 && garage.freeSpots(Size::Motorcycle) == 1);
  Tariff cheap{0, 100, 300};
  Garage small(cheap);
  small.addSpots(7, Size::Van, 1);
  CHECK(small.enter("a", Size::Motorcycle, 0) == 7);
  CHECK(small.leave("a", 121) == 300);
  CHECK(small.enter("a", Size::Van, 200) == 7);
  CHECK(small.leave("a", 201) == 100);
  return 0;
}
