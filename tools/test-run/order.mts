import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The order in which files start: group after group, and in a group one file of each project in turn,
 * so that files that wait for machines to boot run beside files that compute. In a project longest
 * first, as far as an earlier run is known.
 */
export default class TakingTurns extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = new Map<TestSpecification, number>();
    const seen = new Map<string, number>();
    const sorted = await super.sort(files);
    for (const file of sorted) {
      const turn = seen.get(file.project.name) ?? 0;
      seen.set(file.project.name, turn + 1);
      place.set(file, turn);
    }
    const group = (file: TestSpecification) => file.project.config.sequence.groupOrder;
    return sorted.toSorted((a, b) => group(a) - group(b) || place.get(a)! - place.get(b)!);
  }
}
