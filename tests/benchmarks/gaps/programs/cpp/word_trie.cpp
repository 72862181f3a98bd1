#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

// A trie of words with counts, for completing what a user types.
class WordTrie {
 public:
  // Adds a word, possibly several times; its count grows by the given number.
  void add(const std::string& word, int times = 1) {
    Node* node = &root_;
    for (char letter : word) {
      auto& child = node->children[letter];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
    }
    node->count += times;
  }

  // Returns how often a word was added.
  int count(const std::string& word) const {
    const Node* node = find(word);
    return node ? node->count : 0;
  }

  // Forgets a word and the nodes that only it needed; returns false if it is unknown.
  bool remove(const std::string& word) {
    if (count(word) == 0) return false;
    removeFrom(root_, word, 0);
    return true;
  }

  // Returns up to `limit` words with the prefix: the most frequent ones first, then by alphabet.
  std::vector<std::string> complete(const std::string& prefix, size_t limit) const {
    std::vector<Entry> found;
    if (const Node* node = find(prefix)) collect(*node, prefix, found);
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (found.size() > limit) found.resize(limit);
    std::vector<std::string> words;
    for (const auto& [word, times] : found) words.push_back(word);
    return words;
  }

  int size() const { return root_.size() - 1; }  // the nodes below the root

 private:
  using Entry = std::pair<std::string, int>;  // a word and its count
  struct Node {
    int count = 0;
    std::map<char, std::unique_ptr<Node>> children;

    int size() const {
      int total = 1;
      for (const auto& [letter, child] : children) total += child->size();
      return total;
    }
  };

  // Returns the node at the end of a path of letters, or nullptr.
  const Node* find(const std::string& path) const {
    const Node* node = &root_;
    for (char letter : path) {
      auto child = node->children.find(letter);
      if (child == node->children.end()) return nullptr;
      node = child->second.get();
    }
    return node;
  }

  // Appends all words below a node, in alphabetical order.
  static void collect(const Node& node, const std::string& prefix, std::vector<Entry>& found) {
    if (node.count > 0) found.emplace_back(prefix, node.count);
    for (const auto& [letter, child] : node.children) collect(*child, prefix + letter, found);
  }

  // Removes the rest of a word; returns whether the node itself became useless.
  static bool removeFrom(Node& node, const std::string& word, size_t position) {
    if (position == word.size()) {
      node.count = 0;
    } else if (removeFrom(*node.children[word[position]], word, position + 1)) {
      node.children.erase(word[position]);
    }
    return node.count == 0 && node.children.empty();
  }

  Node root_;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

using Words = std::vector<std::string>;

int main() {
  WordTrie trie;
  CHECK(trie.size() == 0);
  CHECK(trie.count("") == 0 && trie.count("a") == 0);
  CHECK(trie.complete("", 5).empty());
  CHECK(!trie.remove("a"));
  trie.add("car");
  trie.add("cart", 3);
  trie.add("care", 3);
  trie.add("cat", 2);
  trie.add("dog");
  CHECK(trie.size() == 9);
  CHECK(trie.count("car") == 1 && trie.count("cart") == 3 && trie.count("ca") == 0);
  CHECK(trie.count("carts") == 0);
  CHECK((trie.complete("ca", 10) == Words{"care", "cart", "cat", "car"}));
  CHECK((trie.complete("ca", 4) == Words{"care", "cart", "cat", "car"}));
  CHECK((trie.complete("ca", 2) == Words{"care", "cart"}));
  CHECK((trie.complete("car", 9) == Words{"care", "cart", "car"}));
  CHECK((trie.complete("", 9) == Words{"care", "cart", "cat", "car", "dog"}));
  CHECK(trie.complete("ca", 0).empty());
  CHECK(trie.complete("cow", 9).empty());
  trie.add("car", 4);
  CHECK(trie.count("car") == 5 && trie.size() == 9);
  CHECK((trie.complete("c", 1) == Words{"car"}));
  CHECK(!trie.remove("ca"));
  CHECK(trie.remove("car"));
  CHECK(trie.count("car") == 0 && trie.count("cart") == 3 && trie.size() == 9);
  CHECK(!trie.remove("car"));
  CHECK(trie.remove("cart") && trie.size() == 8);
  CHECK(trie.remove("care") && trie.size() == 6);
  CHECK((trie.complete("c", 9) == Words{"cat"}));
  CHECK(trie.remove("dog") && trie.size() == 3);
  trie.add("cats");
  CHECK(trie.remove("cats") && trie.size() == 3 && trie.count("cat") == 2);
  CHECK(trie.remove("cat") && trie.size() == 0);
  return 0;
}
