/** Evaluates IAM policy documents as AWS documents it, as far as Berth's documents go. */

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A call as AWS sees it when it judges. */
export interface Call {
  readonly action: string;
  /** `arn:aws:s3:::bucket/key`. */
  readonly resource: string;
  /** Condition keys that the call carries; what is left out is absent. */
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Whether a call is allowed by the documents together: a matching Deny decides, then a matching
 * Allow; without either it is refused. Throws on what it does not know.
 */
export function allows(documents: readonly string[], call: Call): boolean {
  const matching = documents
    .flatMap((text) => (JSON.parse(text) as { Statement: Statement[] }).Statement)
    .filter((statement) => matches(statement, call));
  return (
    matching.some(({ Effect }) => Effect === "Allow") &&
    !matching.some(({ Effect }) => Effect === "Deny")
  );
}

function matches(statement: Statement, { action, resource, context = {} }: Call): boolean {
  return (
    list(statement.Action).some((pattern) => glob(pattern, "i").test(action)) &&
    list(statement.Resource).some((pattern) => glob(pattern, "").test(resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, context[key], wanted)),
    )
  );
}

function holds(operator: string, found: string | undefined, wanted: string): boolean {
  switch (operator) {
    case "Null":
      return (found === undefined) === (wanted === "true");
    case "Bool":
      return found === wanted;
    case "BoolIfExists":
      return found === undefined || found === wanted;
    case "StringLike":
      return found !== undefined && glob(wanted, "").test(found);
    default:
      throw new Error(`${operator}: an operator that this evaluator does not know`);
  }
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

function glob(pattern: string, flags: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, flags);
}
