#!/usr/bin/env bash
# What Hearth reaches on a GPU, the most important first. Builds llama.cpp for it, then measures beside llama.cpp's
# own programs, with models of random weights; each figure is printed beside what it should be.
#
#   tests/benchmarks/gpu.sh cuda|metal|vulkan|cpu [build|measure]     (both, if neither is said)
#
# In the checkout, after `make setup`. `build` takes minutes and needs the toolkit that docs/gpu.md names; it replaces
# the llama.cpp in .venv. `measure` takes about five minutes on a fast card, and needs no network.
#
#   OUT           folder of the results (build/gpu/results)
#   SHAPES        models, in this order ("1.5b 0.5b 7b"); "tiny" proves the script without a GPU
#   QUICK         if set, a few keys and seconds only: does everything work?
#   LLAMA_BENCH, LLAMA_SERVER   programs that are there already; otherwise `build` makes them of the same sources
set -euo pipefail
cd "$(dirname "$0")/../.."

device=${1:-}
step=${2:-all}
case $device in
cuda) flags="-DGGML_CUDA=on -DCMAKE_CUDA_ARCHITECTURES=native" layers=-1 ;;
metal) flags="" layers=-1 ;;
vulkan) flags="-DGGML_VULKAN=on" layers=-1 ;;
cpu) flags="" layers=0 ;;
*)
	echo "usage: tests/benchmarks/gpu.sh cuda|metal|vulkan|cpu [build|measure]" >&2
	exit 2
	;;
esac
case $step in
build | measure | all) ;;
*)
	echo "there is no step $step; there are build and measure" >&2
	exit 2
	;;
esac

python=.venv/bin/python
work=build/gpu
out=${OUT:-$work/results}
export PYTHONPATH=$PWD
mkdir -p "$work" "$out"
bench=${LLAMA_BENCH:-$work/$device/bin/llama-bench}
server=${LLAMA_SERVER:-$work/$device/bin/llama-server}

build() {
	local version
	version=$("$python" -c "from importlib.metadata import version; print(version('llama-cpp-python'))")
	# The library that Hearth uses: with AMX kernels that work where GCC would break them, else as pip builds it.
	if [ "$("$python" -c "from hearth.engine.llama_wheel import build; print(len(build.flags()))")" -gt 0 ]; then
		CMAKE_ARGS="$flags" "$python" -m hearth.engine.llama_wheel install requirements.lock
	else
		CMAKE_ARGS="$flags" "$python" -m pip install --no-deps --no-cache-dir --force-reinstall --no-binary :all: \
			"llama-cpp-python==$version"
	fi
	if [ -x "$bench" ] && [ -x "$server" ]; then return; fi
	"$python" -m pip download --quiet --no-deps --no-binary :all: -d "$work" "llama-cpp-python==$version"
	tar -xzf "$work"/llama_cpp_python-"$version".tar.gz -C "$work"
	# shellcheck disable=SC2086  # the flags are words
	cmake -S "$work/llama_cpp_python-$version/vendor/llama.cpp" -B "$work/$device" -DCMAKE_BUILD_TYPE=Release \
		-DLLAMA_CURL=off -DLLAMA_BUILD_TESTS=off -DLLAMA_BUILD_EXAMPLES=off $flags
	cmake --build "$work/$device" --config Release --parallel --target llama-bench llama-server
}

failed=0
# One part that fails must not take the others' figures with it.
part() {
	echo "== $*"
	"$python" -m tests.benchmarks.device "$@" --layers "$layers" --out "$out" || failed=1
}

measure() {
	local shapes shape first
	shapes=${SHAPES:-1.5b 0.5b 7b}
	first=${shapes%% *}
	for shape in $shapes; do
		[ -f "$work/$shape.gguf" ] || "$python" -m tests.benchmarks.device.shapes "$shape" "$work/$shape.gguf"
	done
	part speed "$work/$first.gguf" --program "$bench"
	part keys "$work/$first.gguf"
	part clients "$work/$first.gguf" --program "$server"
	for shape in $shapes; do
		[ "$shape" = "$first" ] || part speed "$work/$shape.gguf" --program "$bench"
	done
	echo "results: $out/gpu.jsonl"
}

[ "$step" = measure ] || build
[ "$step" = build ] || measure
exit $failed
