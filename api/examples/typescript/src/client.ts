// A client of the API without packages at run time: an operation goes in, an answer of its type comes out.
import type { ErrorCode } from "./enums.ts";
import type { TypedDocumentString } from "./operations.ts";

/** One error of an answer. */
export interface Problem {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: ErrorCode; readonly requestId?: string };
}

/** Nothing usable came back. Quote `requestId` when you ask whoever runs the API. */
export class ApiError extends Error {
  readonly status: number;
  readonly problems: readonly Problem[];
  /** Seconds to wait before the same is asked again; undefined where asking again does not help. */
  readonly retryAfterS: number | undefined;

  constructor(status: number, problems: readonly Problem[], retryAfterS: number | undefined) {
    super(problems.map((problem) => problem.message).join(" ") || `The API answered with status ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.problems = problems;
    this.retryAfterS = retryAfterS;
  }

  /** The code of the first error; undefined where something else than the API answered. */
  get code(): ErrorCode | undefined {
    return this.problems[0]?.extensions.code;
  }

  get requestId(): string | undefined {
    return this.problems[0]?.extensions.requestId;
  }
}

export interface Options {
  /** Address of the endpoint, such as `http://127.0.0.1:8000/graphql`. */
  readonly url: string;
  /** The API key; never put it into a page that others can read. */
  readonly key?: string | undefined;
}

interface Body<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly Problem[];
}

/** Asks operations of one API. */
export class Client {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The answer to one operation; rejects with `ApiError`, or with the reason of the signal when it is aborted. */
  async ask<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Result> {
    const { url, key } = this.#options;
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json",
        ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ query: document.toString(), variables }),
      ...(signal === undefined ? {} : { signal }),
    });
    const { data, errors } = await bodyOf<Result>(response);
    if (data === undefined || data === null || errors !== undefined) {
      throw new ApiError(response.status, errors ?? [], secondsOf(response.headers.get("Retry-After")));
    }
    return data;
  }
}

/** Something else than the API, such as a proxy, may answer with a page. */
async function bodyOf<Result>(response: Response): Promise<Body<Result>> {
  return response.headers.get("Content-Type")?.includes("json") ? ((await response.json()) as Body<Result>) : {};
}

function secondsOf(retryAfter: string | null): number | undefined {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}
