/** What Berth tags machines with where tags are words: by it they are told from another stack's of the same name. */
export function ownTag(stack: string): string {
  return `berth-${stack}`;
}
