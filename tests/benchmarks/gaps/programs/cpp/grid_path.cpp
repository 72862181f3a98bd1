#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <utility>
#include <vector>

// A map of text rows: '#' is a wall, a digit costs that much to enter, anything else costs 1.
class GridMap {
 public:
  using Cell = std::pair<int, int>;  // row, column

  explicit GridMap(std::vector<std::string> rows) : rows_(std::move(rows)) {}

  bool contains(Cell cell) const {
    auto [row, column] = cell;
    return row >= 0 && row < static_cast<int>(rows_.size()) && column >= 0 &&
           column < static_cast<int>(rows_[row].size());
  }

  bool isFree(Cell cell) const { return contains(cell) && rows_[cell.first][cell.second] != '#'; }

  // Returns the cost of entering a free cell.
  int cost(Cell cell) const {
    char symbol = rows_[cell.first][cell.second];
    return symbol >= '1' && symbol <= '9' ? symbol - '0' : 1;
  }

  // Returns the first cell with this symbol in reading order, or {-1, -1}.
  Cell locate(char symbol) const {
    for (size_t row = 0; row < rows_.size(); ++row) {
      size_t column = rows_[row].find(symbol);
      if (column != std::string::npos) return {row, column};
    }
    return {-1, -1};
  }

  // Returns the free cells above, below, left and right of a cell, in this order.
  std::vector<Cell> neighbours(Cell cell) const {
    std::vector<Cell> result;
    for (auto [down, right] : {Cell{-1, 0}, Cell{1, 0}, Cell{0, -1}, Cell{0, 1}}) {
      Cell next{cell.first + down, cell.second + right};
      if (isFree(next)) result.push_back(next);
    }
    return result;
  }

  // Counts the cells that can be reached from a free cell, itself included.
  int reachable(Cell start) const {
    std::vector<Cell> found{start};
    for (size_t i = 0; i < found.size(); ++i) {
      for (Cell next : neighbours(found[i])) {
        if (std::find(found.begin(), found.end(), next) == found.end()) found.push_back(next);
      }
    }
    return static_cast<int>(found.size());
  }

  // Returns the cheapest path with both its ends (Dijkstra's algorithm), or an empty one.
  std::vector<Cell> cheapestPath(Cell start, Cell goal) const {
    std::map<Cell, int> best{{start, 0}};
    std::map<Cell, Cell> cameFrom;
    using Entry = std::pair<int, Cell>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> open;
    open.push({0, start});
    while (!open.empty()) {
      auto [spent, cell] = open.top();
      open.pop();
      if (cell == goal) break;
      for (Cell next : neighbours(cell)) {
        int total = spent + cost(next);
        if (best.count(next) && best[next] <= total) continue;
        best[next] = total;
        cameFrom[next] = cell;
        open.push({total, next});
      }
    }
    if (!best.count(goal)) return {};
    std::vector<Cell> path{goal};
    while (path.back() != start) path.push_back(cameFrom[path.back()]);
    std::reverse(path.begin(), path.end());
    return path;
  }

 private:
  std::vector<std::string> rows_;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

using Cell = GridMap::Cell;
using Path = std::vector<Cell>;

int main() {
  GridMap map({
      "S.9.",
      ".#9#",
      "..3G",
      "###",
      ".1#2",
  });
  CHECK(map.contains({0, 0}) && map.contains({4, 3}));
  CHECK(!map.contains({-1, 0}) && !map.contains({5, 0}) && !map.contains({0, -1}));
  CHECK(!map.contains({0, 4}) && !map.contains({3, 3}));
  CHECK(map.isFree({0, 1}) && !map.isFree({1, 1}) && !map.isFree({-1, 0}) && !map.isFree({3, 3}));
  CHECK(map.cost({0, 0}) == 1 && map.cost({0, 2}) == 9 && map.cost({2, 2}) == 3);
  CHECK(map.cost({4, 1}) == 1 && map.cost({4, 3}) == 2);
  CHECK((map.locate('S') == Cell{0, 0}));
  CHECK((map.locate('G') == Cell{2, 3}));
  CHECK((map.locate('9') == Cell{0, 2}));
  CHECK((map.locate('?') == Cell{-1, -1}));
  CHECK((map.neighbours({0, 0}) == Path{{1, 0}, {0, 1}}));
  CHECK((map.neighbours({2, 2}) == Path{{1, 2}, {2, 1}, {2, 3}}));
  CHECK((map.neighbours({1, 1}) == Path{{0, 1}, {2, 1}, {1, 0}, {1, 2}}));
  CHECK(map.reachable({0, 0}) == 10);
  CHECK(map.reachable({4, 0}) == 2);
  CHECK(map.reachable({4, 3}) == 1);
  Path path = map.cheapestPath({0, 0}, {2, 3});
  CHECK((path == Path{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {2, 2}, {2, 3}}));
  CHECK((map.cheapestPath({2, 3}, {0, 3}) ==
         Path{{2, 3}, {2, 2}, {2, 1}, {2, 0}, {1, 0}, {0, 0}, {0, 1}, {0, 2}, {0, 3}}));
  CHECK(map.cheapestPath({0, 0}, {4, 0}).empty());
  CHECK((map.cheapestPath({0, 0}, {0, 0}) == Path{{0, 0}}));
  CHECK((map.cheapestPath({0, 0}, {0, 1}) == Path{{0, 0}, {0, 1}}));
  GridMap detour({"a9b", "1#1", "111"});
  CHECK(detour.cheapestPath({0, 0}, {0, 2}).size() == 7);
  GridMap straight({"a4b", "1#1", "111"});
  CHECK(straight.cheapestPath({0, 0}, {0, 2}).size() == 3);
  GridMap revised({"S21", "9.5", "..G"});
  CHECK((revised.cheapestPath({0, 0}, {2, 2}) == Path{{0, 0}, {0, 1}, {1, 1}, {2, 1}, {2, 2}}));
  return 0;
}
