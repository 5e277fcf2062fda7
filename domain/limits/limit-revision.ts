/**
 * Which limit it is that an account is held to: the account write that last changed its plan or its own limit,
 * and within that the configuration revision that last changed the value. A number that grows with every change
 * and never recurs, so that marks, messages and suspensions of a former limit are known as such
 * (docs/decisions/0010-limit-revisions.md).
 */
export type LimitRevision = number;

/** Configuration revisions take the lower 26 bits. */
export const configRevisionsMax = 2 ** 26 - 1;
/** Writes of one account take the bits above, as far as a double counts exactly. */
export const accountWritesMax = 2 ** 27 - 1;

export function limitRevision(accountWrite: number, configRevision: number): LimitRevision {
  if (accountWrite > accountWritesMax || configRevision > configRevisionsMax) {
    throw new Error(
      `A limit revision cannot hold write ${accountWrite} and configuration ${configRevision}.`,
    );
  }
  return accountWrite * (configRevisionsMax + 1) + configRevision;
}

/** The account write that the revision names. */
export const accountWriteOf = (revision: LimitRevision): number =>
  Math.floor(revision / (configRevisionsMax + 1));
