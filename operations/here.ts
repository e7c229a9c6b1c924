import { berth, contextOf } from "./berth";

/** `berth` with the stack files of the directory that it is called in: as the engine calls it, in its program's. */
export function main(argv: readonly string[]): Promise<number> {
  return berth(contextOf(process.cwd(), process.env), argv);
}
