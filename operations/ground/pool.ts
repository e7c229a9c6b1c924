/** How many machines are visited at once unless `--parallel` says otherwise. */
export const parallelDefault = 16;

/** Does the same for every item, `width` at a time; answers in the order of the items. */
export async function inParallel<Item, Answer>(
  items: readonly Item[],
  width: number,
  visit: (item: Item, index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      answers[index] = await visit(items[index] as Item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return answers;
}
