#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

// Disjoint sets of the numbers 0, 1, 2 and so on.
class DisjointSets {
 public:
  // Adds one more number as a set of its own and returns it.
  int add() {
    int number = static_cast<int>(parent_.size());
    parent_.push_back(number);
    size_.push_back(1);
    ++count_;
    return number;
  }

  // Returns the number that stands for the whole set, and shortens the way to it.
  int find(int number) {
    if (parent_[number] == number) return number;
    parent_[number] = find(parent_[number]);
    return parent_[number];
  }

  // Joins two sets, the smaller one into the larger; returns false if they were one already.
  bool unite(int a, int b) {
    a = find(a);
    b = find(b);
    if (a == b) return false;
    if (size_[a] < size_[b]) std::swap(a, b);
    parent_[b] = a;
    size_[a] += size_[b];
    --count_;
    return true;
  }

  int sizeOf(int number) { return size_[find(number)]; }
  int count() const { return count_; }

 private:
  std::vector<int> parent_;
  std::vector<int> size_;
  int count_ = 0;
};

// People and their friendships; friends of friends belong to one group.
class FriendGroups {
 public:
  // Records a friendship (people are added as needed); returns whether it joined two groups.
  bool befriend(const std::string& one, const std::string& other) {
    int a = idOf(one);
    int b = idOf(other);
    return sets_.unite(a, b);
  }

  bool connected(const std::string& one, const std::string& other) {
    return sets_.find(idOf(one)) == sets_.find(idOf(other));
  }

  int groupCount() const { return sets_.count(); }

  int groupSize(const std::string& name) { return sets_.sizeOf(idOf(name)); }

  // Returns the groups with sorted members: the largest first, equal ones by their first member.
  std::vector<std::vector<std::string>> groups() {
    std::map<int, std::vector<std::string>> byRoot;
    for (const auto& [name, id] : ids_) byRoot[sets_.find(id)].push_back(name);
    std::vector<std::vector<std::string>> result;
    for (auto& [root, members] : byRoot) result.push_back(std::move(members));
    std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
      return a.size() != b.size() ? a.size() > b.size() : a.front() < b.front();
    });
    return result;
  }

 private:
  // Returns a person's number, giving out a new one to an unknown person.
  int idOf(const std::string& name) {
    auto found = ids_.find(name);
    if (found != ids_.end()) return found->second;
    return ids_[name] = sets_.add();
  }

  DisjointSets sets_;
  std::map<std::string, int> ids_;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

int main() {
  DisjointSets sets;
  for (int i = 0; i < 6; ++i) CHECK(sets.add() == i);
  CHECK(sets.count() == 6 && sets.find(3) == 3 && sets.sizeOf(5) == 1);
  CHECK(sets.unite(0, 1) && sets.count() == 5);
  CHECK(!sets.unite(1, 0) && sets.count() == 5);
  int pair = sets.find(0);
  CHECK(sets.find(1) == pair && sets.sizeOf(1) == 2);
  CHECK(sets.unite(2, 1) && sets.find(2) == pair && sets.sizeOf(2) == 3);
  CHECK(sets.unite(3, 4) && sets.find(3) != pair);
  CHECK(sets.unite(4, 2) && sets.find(3) == pair && sets.find(4) == pair);
  CHECK(sets.sizeOf(0) == 5 && sets.count() == 2);
  CHECK(!sets.unite(3, 1) && sets.sizeOf(5) == 1 && sets.find(5) == 5);

  FriendGroups people;
  CHECK(people.groupCount() == 0 && people.groups().empty());
  CHECK(people.befriend("eva", "dan"));
  CHECK(people.befriend("bob", "amy"));
  CHECK(people.groupCount() == 2);
  CHECK(people.connected("dan", "eva") && !people.connected("dan", "bob"));
  CHECK(people.befriend("cat", "bob"));
  CHECK(!people.befriend("amy", "cat"));
  CHECK(people.groupSize("cat") == 3 && people.groupSize("dan") == 2);
  CHECK(people.groupSize("zoe") == 1 && people.groupCount() == 3);
  CHECK(!people.befriend("zoe", "zoe"));
  CHECK(people.befriend("yan", "xia"));
  CHECK(people.connected("amy", "cat") && !people.connected("wim", "amy"));
  using Groups = std::vector<std::vector<std::string>>;
  CHECK((people.groups() ==
         Groups{{"amy", "bob", "cat"}, {"dan", "eva"}, {"xia", "yan"}, {"wim"}, {"zoe"}}));
  CHECK(people.befriend("yan", "dan"));
  CHECK((people.groups() ==
         Groups{{"dan", "eva", "xia", "yan"}, {"amy", "bob", "cat"}, {"wim"}, {"zoe"}}));
  CHECK(people.groupCount() == 4);
  return 0;
}
