/** A request to a Jenkins. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Its content type; empty where it says none. */
  readonly type: string;
  readonly body: string;
}

/** What Jenkins answers. */
export interface Answer {
  readonly status: number;
  readonly text?: string;
  readonly location?: string;
}
