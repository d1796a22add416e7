/** The `main` of an exported C controller: replays recorded observations, or rows of a file, and prints how long calls take. */
import { floatLiteral } from "../../graph/index.ts";
import type { Contract } from "../contract/contract-schema.ts";
import type { RecordedCalls } from "./c-controller.ts";

/** What goes in front of the includes, and what ends the source. */
export interface MainText {
  readonly head: string;
  readonly body: string;
}

/** @param name prefix of the controller's names */
export function mainText(name: string, { policy }: Contract, recorded: RecordedCalls): MainText {
  const width = name.toUpperCase();
  const noisy = policy.noiseSize !== undefined;
  const inputSize = noisy ? `(${width}_OBS_SIZE + ${width}_NOISE_SIZE)` : `${width}_OBS_SIZE`;
  const call = noisy ? `${name}_run(row, row + ${width}_OBS_SIZE, out)` : `${name}_run(row, out)`;
  return {
    head: HEAD,
    body: BODY.replaceAll("@CALL@", call)
      .replaceAll("@INPUT_SIZE@", inputSize)
      .replaceAll("@OUTPUT_SIZE@", `${width}_ACTION_SIZE`)
      .replaceAll("@ROWS@", String(recorded.rows))
      .replace("@INPUTS@", rowsText(inputRows(recorded)))
      .replace("@OUTPUTS@", rowsText(split(recorded.output, recorded.rows))),
  };
}

function split(values: Float32Array, rows: number): Float32Array[] {
  const size = values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.subarray(row * size, (row + 1) * size));
}

/** The observation of each row, then its noise. */
function inputRows({ obs, noise, rows }: RecordedCalls): Float32Array[] {
  const noises = noise === null ? null : split(noise, rows);
  return split(obs, rows).map((row, i) => Float32Array.of(...row, ...(noises?.[i] ?? [])));
}

function rowsText(rows: readonly Float32Array[]): string {
  return rows.map((row) => `  {${[...row].map(floatLiteral).join(", ")}},`).join("\n");
}

const HEAD = `#if defined(FLOWGAIT_MAIN) && (defined(__unix__) || defined(__APPLE__))
#define _POSIX_C_SOURCE 199309L
#endif
`;

const BODY = `
#ifdef FLOWGAIT_MAIN
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define INPUT_SIZE @INPUT_SIZE@
#define OUTPUT_SIZE @OUTPUT_SIZE@
#define ROWS @ROWS@
#define WARM_UP 200
#define MOST_TIMES 20000

static const float recorded_inputs[ROWS][INPUT_SIZE] = {
@INPUTS@
};

static const float recorded_outputs[ROWS][OUTPUT_SIZE] = {
@OUTPUTS@
};

static double times[MOST_TIMES];
static long calls = 0;

static double now_ms(void) {
#ifdef _POSIX_C_SOURCE
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
#else
  return 1e3 * (double)clock() / CLOCKS_PER_SEC;
#endif
}

static void timed_call(const float *row, float *out) {
  const double started = now_ms();
  @CALL@;
  times[calls++ % MOST_TIMES] = now_ms() - started;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_times(FILE *to) {
  const long n = calls < MOST_TIMES ? calls : MOST_TIMES;
  if (n == 0) return;
  qsort(times, (size_t)n, sizeof times[0], ascending);
  fprintf(to, "latency: p50 %.6f ms, p99 %.6f ms, max %.6f ms, calls %ld\\n", times[n / 2], times[(n * 99) / 100],
          times[n - 1], n);
}

/* Calls the controller with the recorded observations and compares with what the policy gave. */
static int replay(long wanted) {
  float out[OUTPUT_SIZE];
  double worst = 0;
  long i;
  int j;
  for (i = 0; i < WARM_UP; i++) timed_call(recorded_inputs[i % ROWS], out);
  calls = 0;
  for (i = 0; i < wanted; i++) {
    timed_call(recorded_inputs[i % ROWS], out);
    for (j = 0; j < OUTPUT_SIZE; j++) {
      const double difference = fabs((double)out[j] - (double)recorded_outputs[i % ROWS][j]);
      if (!(difference <= worst)) worst = difference;
    }
  }
  printf("recorded observations: %d, largest difference %.3g\\n", ROWS, worst);
  print_times(stdout);
  return worst <= 1e-4 ? 0 : 1;
}

/* Rows of float32 in the machine's byte order, from and to files; "-" is standard input or output. */
static int stream(const char *from, const char *to) {
  float row[INPUT_SIZE], out[OUTPUT_SIZE];
  FILE *in = strcmp(from, "-") == 0 ? stdin : fopen(from, "rb");
  FILE *result = to == 0 ? 0 : strcmp(to, "-") == 0 ? stdout : fopen(to, "wb");
  if (in == 0 || (to != 0 && result == 0)) {
    fprintf(stderr, "%s: cannot be opened, expected rows of %d float32\\n", in == 0 ? from : to, INPUT_SIZE);
    return 1;
  }
  while (fread(row, sizeof row, 1, in) == 1) {
    timed_call(row, out);
    if (result != 0 && (fwrite(out, sizeof out, 1, result) != 1 || fflush(result) != 0)) return 1;
  }
  print_times(stderr);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "--calls") == 0) {
    replay(atol(argv[2]));
    return 0;
  }
  if (argc > 1) return stream(argv[1], argc > 2 ? argv[2] : 0);
  return replay(5000);
}
#endif
`;
