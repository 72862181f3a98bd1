#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// A task with a priority; `order` counts up, so that equal priorities are served in turn.
struct Task {
  std::string name;
  int priority = 0;
  int order = 0;
};

// A queue of named tasks in a binary heap; the highest priority is served first.
class TaskQueue {
 public:
  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  bool contains(const std::string& name) const { return positions_.count(name) > 0; }

  // Adds a task; if one with this name is waiting, only its priority changes.
  void push(const std::string& name, int priority) {
    auto found = positions_.find(name);
    if (found != positions_.end()) {
      size_t index = found->second;
      heap_[index].priority = priority;
      siftUp(index);
      siftDown(index);
      return;
    }
    heap_.push_back({name, priority, nextOrder_++});
    positions_[name] = heap_.size() - 1;
    siftUp(heap_.size() - 1);
  }

  // Takes the most urgent task out, or returns nothing if there is none.
  std::optional<Task> pop() {
    if (heap_.empty()) return std::nullopt;
    Task top = heap_.front();
    exchange(0, heap_.size() - 1);
    heap_.pop_back();
    positions_.erase(top.name);
    siftDown(0);
    return top;
  }

 private:
  // Tells whether task a must be served before task b.
  static bool before(const Task& a, const Task& b) {
    if (a.priority != b.priority) return a.priority > b.priority;
    return a.order < b.order;
  }

  // Exchanges two tasks in the heap and keeps their positions up to date.
  void exchange(size_t i, size_t j) {
    std::swap(heap_[i], heap_[j]);
    positions_[heap_[i].name] = i;
    positions_[heap_[j].name] = j;
  }

  void siftUp(size_t index) {
    while (index > 0) {
      size_t parent = (index - 1) / 2;
      if (!before(heap_[index], heap_[parent])) return;
      exchange(index, parent);
      index = parent;
    }
  }

  void siftDown(size_t index) {
    while (true) {
      size_t best = index;
      for (size_t child = 2 * index + 1; child <= 2 * index + 2; ++child) {
        if (child < heap_.size() && before(heap_[child], heap_[best])) best = child;
      }
      if (best == index) return;
      exchange(index, best);
      index = best;
    }
  }

  std::vector<Task> heap_;
  std::map<std::string, size_t> positions_;
  int nextOrder_ = 0;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

// Empties a queue and joins the names.
std::string drain(TaskQueue& queue) {
  std::string names;
  while (auto task = queue.pop()) names += task->name;
  return names;
}

int main() {
  CHECK(Task().priority == 0 && Task().order == 0);
  TaskQueue queue;
  CHECK(queue.empty() && queue.size() == 0);
  CHECK(!queue.pop());
  queue.push("a", 1);
  queue.push("b", 5);
  queue.push("c", 3);
  CHECK(!queue.empty() && queue.size() == 3);
  CHECK(queue.contains("a") && !queue.contains("z"));
  auto top = queue.pop();
  CHECK(top && top->name == "b" && top->priority == 5);
  CHECK(!queue.contains("b") && queue.size() == 2);
  queue.push("a", 9);
  CHECK(queue.size() == 2);
  CHECK(drain(queue) == "ac");
  for (char name = 'a'; name <= 'h'; ++name) queue.push(std::string(1, name), 2);
  CHECK(drain(queue) == "abcdefgh");
  const int priorities[] = {4, 8, 1, 9, 3, 7, 2, 6, 5, 0};
  for (int i = 0; i < 10; ++i)
    queue.push(std::string(1, static_cast<char>('a' + i)), priorities[i]);
  queue.push("d", -1);
  queue.push("c", 10);
  queue.push("e", 3);
  CHECK(queue.size() == 10);
  CHECK(drain(queue) == "cbfhiaegjd");
  CHECK(queue.empty() && !queue.contains("c"));
  // A task whose priority changes keeps its turn among equal ones.
  queue.push("x", 1);
  queue.push("y", 7);
  queue.push("z", 7);
  queue.push("x", 7);
  CHECK(drain(queue) == "xyz");
  queue.push("x", 1);
  queue.push("y", 0);
  CHECK(drain(queue) == "xy");
  return 0;
}
