import { printable } from "./printable";

/** Whole lines of text that comes in pieces, without what a terminal would obey. */
export class Lines {
  private rest = "";
  private readonly decoder = new TextDecoder();

  constructor(private readonly told: (line: string) => void) {}

  readonly add = (chunk: Buffer): void => {
    const parts = (this.rest + this.decoder.decode(chunk, { stream: true })).split("\n");
    this.rest = parts.pop() ?? "";
    for (const line of parts) this.told(printable(line));
  };
}
