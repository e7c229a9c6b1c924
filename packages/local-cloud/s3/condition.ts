/**
 * What no server at hand judges of IAM's policies: whether who creates an object asked that none of its name
 * be there (`s3:if-none-match`), and which calls create one (`s3:ObjectCreationOperation`). Both hold for
 * `s3:PutObject` alone. Pure.
 */

/** A statement that denies `s3:PutObject` by these conditions. */
interface Denial {
  readonly resources: readonly string[];
  /** Each must hold: operator, key, value. */
  readonly conditions: readonly Condition[];
}

type Key = "s3:if-none-match" | "s3:ObjectCreationOperation";
type Operator = "Null" | "Bool" | "BoolIfExists";
type Condition = readonly [operator: Operator, key: Key, wanted: boolean];

/** A policy, taken apart. */
export interface Judged {
  /** What the server gets: the policy without the statements that are judged here. */
  readonly passedOn: string | undefined;
  readonly denials: readonly Denial[];
}

/** A call that needs `s3:PutObject`. */
export interface Writing {
  readonly bucket: string;
  readonly key: string;
  /** Whether the call makes an object; false for the ones that prepare an upload in parts. */
  readonly creates: boolean;
  /** The header If-None-Match as it came. */
  readonly ifNoneMatch: string | undefined;
}

const keys: readonly string[] = ["s3:if-none-match", "s3:ObjectCreationOperation"];
const operators: readonly string[] = ["Null", "Bool", "BoolIfExists"];

/**
 * Takes a policy apart. Refuses (an error in the words of an API's refusal) a statement with one of those keys
 * that is not a denial of `s3:PutObject` to whomever the policy is for, or that has other conditions beside:
 * such a one would be judged by nobody.
 */
export function takeApart(document: string): Judged {
  const policy = JSON.parse(document) as { Statement?: unknown };
  const statements = list(policy.Statement) as Statement[];
  const mine = statements.filter((statement) => conditionsOf(statement).some(isOurs));
  const passed = statements.filter((statement) => !mine.includes(statement));
  return {
    passedOn:
      mine.length === 0
        ? document
        : passed.length === 0
          ? undefined
          : JSON.stringify({ ...policy, Statement: passed }),
    denials: mine.map(denialOf),
  };
}

/** Whether one of the denials holds for a call. */
export function isDenied(denials: readonly Denial[], writing: Writing): boolean {
  const name = `arn:aws:s3:::${writing.bucket}/${writing.key}`;
  return denials.some(
    ({ resources, conditions }) =>
      resources.some((pattern) => fits(pattern, name)) &&
      conditions.every((condition) => holds(condition, writing)),
  );
}

function holds([operator, key, wanted]: Condition, { creates, ifNoneMatch }: Writing): boolean {
  const value = key === "s3:ObjectCreationOperation" ? String(creates) : ifNoneMatch;
  if (operator === "Null") return (value === undefined) === wanted;
  if (value === undefined) return operator === "BoolIfExists";
  return value === String(wanted);
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: unknown;
  readonly Principal?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function denialOf(statement: Statement): Denial {
  const conditions = conditionsOf(statement);
  const plain =
    !("NotPrincipal" in statement) &&
    list(statement.Resource).length > 0 &&
    statement.Effect === "Deny" &&
    list(statement.Action).every((action) => action === "s3:PutObject") &&
    list(statement.Action).length > 0 &&
    (statement.Principal === undefined || statement.Principal === "*") &&
    conditions.every(
      ([operator, key, value]) =>
        operators.includes(operator) && keys.includes(key) && /^(true|false)$/.test(String(value)),
    );
  if (!plain) {
    throw new Error(
      `the local cloud judges ${keys.join(" and ")} in statements alone that deny s3:PutObject by ${operators.join(", ")} of these keys: ${JSON.stringify(statement)}`,
    );
  }
  return {
    resources: list(statement.Resource).map(String),
    conditions: conditions.map(([operator, key, value]) => [
      operator as Operator,
      key as Key,
      String(value) === "true",
    ]),
  };
}

function conditionsOf({ Condition = {} }: Statement): [string, string, unknown][] {
  return Object.entries(Condition).flatMap(([operator, tests]) =>
    Object.entries(tests).map(([key, value]): [string, string, unknown] => [
      operator,
      // Keys of conditions are the same in either case.
      keys.find((known) => known.toLowerCase() === key.toLowerCase()) ?? key,
      Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value,
    ]),
  );
}

function isOurs([, key]: [string, string, unknown]): boolean {
  return keys.includes(key);
}

/** What stands alone or in a list. */
export function list(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}

/** IAM's wildcards: any number of characters, and one. */
export function fits(pattern: string, name: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(name);
}
