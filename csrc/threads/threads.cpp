// threads.cpp -- the pool: sleeps when idle, restarts in a forked child, passes exceptions on.
#include "threads/threads.h"

#include <pthread.h>
#include <time.h>

#if defined(__linux__)
#include <sched.h>
#endif

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace badak {
namespace {

// How long an idle thread stays awake: longer than the gap between two kernels of one network.
constexpr int64_t AWAKE_NANOSECONDS = 100'000;

inline int64_t now() {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__has_builtin) && defined(__aarch64__)
#if __has_builtin(__builtin_arm_yield)
  __builtin_arm_yield();  // GCC has none before 15; few Arm processors act on it
#endif
#endif
}

struct Job {
  void (*body)(void*, int64_t) = nullptr;
  void* context = nullptr;
  int64_t count = 0;
};

// Some of a job's items. A thread begins with the same share of each job, since what it wrote in
// the last one is still in its cache; then it helps the others with theirs.
struct alignas(64) Share {
  std::atomic<int64_t> next{0};
  int64_t end = 0;
};
constexpr int MOST_SHARES = 8;  // each job sets them

class Pool {
 public:
  explicit Pool(int workers) {
    threads_.reserve(workers);
    shares_ = workers + 1 < MOST_SHARES ? workers + 1 : MOST_SHARES;
    try {
      for (int i = 1; i <= workers; i++) threads_.emplace_back([this, i] { serve(i % shares_); });
    } catch (const std::system_error&) {
      // The system starts no more threads: those that exist do the work, to the same bits.
    }
  }

  ~Pool() {
    stopping_.store(true);
    wake();
    for (auto& thread : threads_) thread.join();
  }

  // A job is open while round_ is odd. Threads that come before it closes take part; run() waits
  // for those alone, so that a thread which is slow to wake costs nothing.
  void run(const Job& job) {
    job_ = job;
    failure_ = nullptr;
    for (int i = 0; i < shares_; i++) {
      share_[i].next.store(job.count * i / shares_, std::memory_order_relaxed);
      share_[i].end = job.count * (i + 1) / shares_;
    }
    wake();
    work(0);
    round_.fetch_add(1);
    for (int spin = 0; active_.load() != 0; spin++) {
      if (spin < 1000)
        relax();
      else
        std::this_thread::yield();
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void wake() {
    round_.fetch_add(1);
    if (asleep_.load() > 0) round_.notify_all();
  }

  void serve(int first) {
    unsigned seen = 0;
    while (!stopping_.load()) {
      const unsigned round = wait_for_other_than(seen);
      seen = round;
      if (round % 2 == 0) continue;
      active_.fetch_add(1);
      if (round_.load() == round)  // still open: run() will wait for us
        work(first);
      active_.fetch_sub(1);
    }
  }

  unsigned wait_for_other_than(unsigned seen) {
    const int64_t end = now() + AWAKE_NANOSECONDS;
    unsigned round;
    for (int spin = 1; (round = round_.load()) == seen; spin++) {
      relax();
      if (spin % 64 == 0 && now() > end) {
        asleep_.fetch_add(1);
        round_.wait(seen);
        asleep_.fetch_sub(1);
      }
    }
    return round;
  }

  void work(int first) {
    const Job job = job_;
    try {
      for (int i = 0; i < shares_; i++) {
        Share& share = share_[(first + i) % shares_];
        for (int64_t at; (at = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;)
          job.body(job.context, at);
      }
    } catch (...) {
      for (int i = 0; i < shares_; i++) share_[i].next.store(job.count, std::memory_order_relaxed);
      std::lock_guard lock(failure_guard_);
      failure_ = std::current_exception();
    }
  }

  Job job_;
  std::exception_ptr failure_;
  std::mutex failure_guard_;
  Share share_[MOST_SHARES];
  int shares_ = 1;
  std::atomic<int> active_{0}, asleep_{0};
  std::atomic<unsigned> round_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

// Guards the pool and its size: held by the one caller whose kernel runs on the pool.
std::mutex guard;
Pool* pool = nullptr;
std::atomic<int> wanted{0};
thread_local bool inside = false;

int available() {
#if defined(__linux__)  // macOS does not bind threads to processors
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

// A forked child has none of its parent's threads: it forgets the pool and starts its own.
void forget_in_child() {
  new (&guard) std::mutex;
  pool = nullptr;
}

const bool registered =
    pthread_atfork([] { guard.lock(); }, [] { guard.unlock(); }, forget_in_child) == 0;

struct Inside {
  Inside() { inside = true; }
  ~Inside() { inside = false; }
};

}  // namespace

int num_threads() {
  int count = wanted.load();
  if (count == 0) {
    count = available() > 0 ? available() : 1;
    wanted.store(count);
  }
  return count;
}

void set_num_threads(int count) {
  std::lock_guard lock(guard);
  if (count == wanted.load()) return;
  delete pool;
  pool = nullptr;
  wanted.store(count);
}

void parallel(int64_t count, void (*body)(void*, int64_t), void* context) {
  std::unique_lock lock(guard, std::defer_lock);
  if (count < 2 || inside || num_threads() == 1 || !lock.try_lock()) {
    for (int64_t i = 0; i < count; i++) body(context, i);
    return;
  }
  if (pool == nullptr) pool = new Pool(num_threads() - 1);
  Inside mark;
  pool->run({body, context, count});
}

namespace {

struct Block {
  void* memory = nullptr;
  size_t bytes = 0;
  ~Block() { std::free(memory); }
};
thread_local Block blocks[static_cast<int>(Scratch::count)];

}  // namespace

#ifdef BADAK_SANITIZE
// Exactly what is asked for, and newly allocated each time, so that the sanitizer sees every
// overrun and every number that was left from another call.
void* scratch(Scratch slot, size_t bytes) {
  Block& block = blocks[static_cast<int>(slot)];
  std::free(block.memory);
  block = {};
  if (posix_memalign(&block.memory, 64, bytes) != 0) throw std::bad_alloc();
  std::memset(block.memory, 0xff, bytes);  // NaN
  return block.memory;
}
#else
void* scratch(Scratch slot, size_t bytes) {
  Block& block = blocks[static_cast<int>(slot)];
  if (block.bytes < bytes) {
    std::free(block.memory);
    block = {};
    const size_t rounded = (bytes + 4095) / 4096 * 4096;
    block.memory = std::aligned_alloc(4096, rounded);
    if (block.memory == nullptr) throw std::bad_alloc();
    // Whole vectors reach into room that holds no results. What stands there must not be
    // denormal: multiplying such numbers takes a hundred times as long.
    std::memset(block.memory, 0, rounded);
    block.bytes = rounded;
  }
  return block.memory;
}
#endif

}  // namespace badak
