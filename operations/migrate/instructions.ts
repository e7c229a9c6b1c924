/** The levels of x86-64, as its psABI names them: what compilers are told to build for. */
const levels: readonly (readonly string[])[] = [
  [],
  ["cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"],
  ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"],
  ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
];

/** The level of a processor by the flags that Linux lists; undefined for another architecture. */
export function instructionLevel(cpu: {
  readonly arch: string;
  readonly flags: readonly string[];
}): number | undefined {
  if (cpu.arch !== "x86_64") return undefined;
  const has = new Set(cpu.flags);
  const missing = levels.findIndex((level) => level.some((flag) => !has.has(flag)));
  return missing === -1 ? levels.length : missing;
}
