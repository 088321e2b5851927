/* Two probes of what this machine lets two threads do at once against one (2.0: each has a core): dependent arithmetic, which a busy
 * sibling thread hardly slows, and eight independent chains with table look-ups, which it slows as it slows codecs.
 * Output: {"alu": RATIO, "ipc": RATIO, "alu_seconds": S, "ipc_seconds": S}, seconds of one thread alone. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static volatile uint64_t sink;

static void* dependent(void* unused) {
  uint64_t x = 1;
  for (int i = 0; i < 30000000; ++i) x = (x ^ (x >> 29)) * 0xBF58476D1CE4E5B9u;
  sink = x;
  return unused;
}

static void* independent(void* unused) {
  uint32_t table[1024];
  uint64_t x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, sum = 0;
  for (uint32_t i = 0; i < 1024; ++i) table[i] = i * 2654435761u;
  for (int i = 0; i < 15000000; ++i) {
    for (int k = 0; k < 8; ++k) {
      x[k] += table[(x[k] >> 7) & 1023] + (uint64_t)k;
      sum ^= x[k] << 1;
    }
  }
  sink = sum;
  return unused;
}

static void measure(void* (*work)(void*), double* ratio, double* alone) {
  double one = 1e9, two = 1e9;
  for (int round = 0; round < 3; ++round) {
    double start = seconds_now();
    work(0);
    double time = seconds_now() - start;
    if (time < one) one = time;
    pthread_t other;
    start = seconds_now();
    pthread_create(&other, 0, work, 0);
    work(0);
    pthread_join(other, 0);
    time = seconds_now() - start;
    if (time < two) two = time;
  }
  *ratio = 2 * one / two;
  *alone = one;
}

int main(void) {
  double alu, ipc, alu_alone, ipc_alone;
  measure(dependent, &alu, &alu_alone);
  measure(independent, &ipc, &ipc_alone);
  printf("{\"alu\": %.2f, \"ipc\": %.2f, \"alu_seconds\": %.3f, \"ipc_seconds\": %.3f}\n", alu, ipc, alu_alone, ipc_alone);
  return 0;
}
