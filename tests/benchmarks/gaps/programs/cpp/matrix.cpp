#include <cmath>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// A dense matrix of doubles, stored row by row.
class Matrix {
 public:
  Matrix(int rows, int columns) : rows_(rows), columns_(columns), cells_(rows * columns, 0.0) {}

  // Builds a matrix from its rows, which must be equally long.
  Matrix(std::initializer_list<std::vector<double>> rows)
      : Matrix(static_cast<int>(rows.size()), static_cast<int>(rows.begin()->size())) {
    int row = 0;
    for (const auto& values : rows) {
      if (static_cast<int>(values.size()) != columns_) throw std::invalid_argument("ragged rows");
      for (int column = 0; column < columns_; ++column) at(row, column) = values[column];
      ++row;
    }
  }

  // Returns the square matrix with ones on its diagonal.
  static Matrix identity(int size) {
    Matrix result(size, size);
    for (int i = 0; i < size; ++i) result.at(i, i) = 1.0;
    return result;
  }

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  double& at(int row, int column) { return cells_.at(row * columns_ + column); }
  double at(int row, int column) const { return cells_.at(row * columns_ + column); }

  Matrix transposed() const {
    Matrix result(columns_, rows_);
    for (int row = 0; row < rows_; ++row) {
      for (int column = 0; column < columns_; ++column) {
        result.at(column, row) = at(row, column);
      }
    }
    return result;
  }

  // Multiplies two matrices; the inner sizes must agree.
  Matrix operator*(const Matrix& other) const {
    if (columns_ != other.rows_) throw std::invalid_argument("sizes do not fit");
    Matrix result(rows_, other.columns_);
    for (int row = 0; row < rows_; ++row) {
      for (int column = 0; column < other.columns_; ++column) {
        double sum = 0.0;
        for (int k = 0; k < columns_; ++k) sum += at(row, k) * other.at(k, column);
        result.at(row, column) = sum;
      }
    }
    return result;
  }

  // Computes the determinant by Gaussian elimination with row exchanges.
  double determinant() const {
    if (rows_ != columns_) throw std::invalid_argument("not a square matrix");
    Matrix work = *this;
    double result = 1.0;
    for (int pivot = 0; pivot < rows_; ++pivot) {
      int best = pivot;
      for (int row = pivot + 1; row < rows_; ++row) {
        if (std::fabs(work.at(row, pivot)) > std::fabs(work.at(best, pivot))) best = row;
      }
      if (work.at(best, pivot) == 0.0) return 0.0;
      if (best != pivot) {
        for (int k = 0; k < columns_; ++k) std::swap(work.at(best, k), work.at(pivot, k));
        result = -result;
      }
      result *= work.at(pivot, pivot);
      for (int row = pivot + 1; row < rows_; ++row) {
        double factor = work.at(row, pivot) / work.at(pivot, pivot);
        for (int k = pivot; k < columns_; ++k) work.at(row, k) -= factor * work.at(pivot, k);
      }
    }
    return result;
  }

 private:
  int rows_;
  int columns_;
  std::vector<double> cells_;
};

// --- tests ---
#define CHECK(condition) \
  if (!(condition)) return 1

template <typename Function>
bool fails(Function function) {
  try {
    function();
  } catch (const std::invalid_argument&) {
    return true;
  }
  return false;
}

bool near(double a, double b) { return std::fabs(a - b) < 1e-9; }

bool same(const Matrix& a, const Matrix& b) {
  if (a.rows() != b.rows() || a.columns() != b.columns()) return false;
  for (int r = 0; r < a.rows(); ++r) {
    for (int c = 0; c < a.columns(); ++c) {
      if (!near(a.at(r, c), b.at(r, c))) return false;
    }
  }
  return true;
}

int main() {
  Matrix zero(2, 3);
  CHECK(zero.rows() == 2 && zero.columns() == 3 && zero.at(1, 2) == 0.0);
  Matrix a{{1, 2, 3}, {4, 5, 6}};
  CHECK(a.rows() == 2 && a.columns() == 3);
  CHECK(a.at(0, 2) == 3 && a.at(1, 0) == 4);
  a.at(1, 1) = 7;
  CHECK(a.at(1, 1) == 7);
  a.at(1, 1) = 5;
  CHECK(fails([] { Matrix bad{{1, 2}, {3}}; }));
  CHECK(fails([] { Matrix bad{{1}, {3, 4}}; }));
  CHECK(same(a.transposed(), Matrix{{1, 4}, {2, 5}, {3, 6}}));
  CHECK(same(a * a.transposed(), Matrix{{14, 32}, {32, 77}}));
  CHECK(same(a.transposed() * a, Matrix{{17, 22, 27}, {22, 29, 36}, {27, 36, 45}}));
  CHECK(same(Matrix::identity(2) * a, a));
  CHECK(same(a * Matrix::identity(3), a));
  CHECK(fails([&] { a* a; }));
  CHECK(fails([&] { a.determinant(); }));
  CHECK(near(Matrix::identity(4).determinant(), 1));
  CHECK(near((Matrix{{3, 8}, {4, 6}}.determinant()), -14));
  CHECK(near((Matrix{{0, 2}, {3, 0}}.determinant()), -6));
  CHECK(near((Matrix{{2, 0, 1}, {1, 3, 2}, {1, 1, 1}}.determinant()), 0));
  CHECK(near((Matrix{{6, 1, 1}, {4, -2, 5}, {2, 8, 7}}.determinant()), -306));
  CHECK(near((Matrix{{0, 1, 0}, {0, 0, 1}, {1, 0, 0}}.determinant()), 1));
  CHECK((Matrix{{1, 2}, {2, 4}}.determinant()) == 0.0);
  CHECK((Matrix{{0, 1}, {0, 4}}.determinant()) == 0.0);
  CHECK(near((Matrix{{1e-20, 1}, {1, 1}}.determinant()), -1));
  return 0;
}
