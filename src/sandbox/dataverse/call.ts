import type { Organization } from "./organization";
import type { Preferences } from "./preferences";
import type { User } from "./security/users";

/** One operation on its way through the server: a request of its own or a part of a batch. */
export interface Call {
  readonly org: Organization;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly preferences: Preferences;
  /** Path after the service root, still percent-encoded. */
  readonly path: string;
  /** Query options after `?`, as sent. */
  readonly query: string;
  readonly body: string;
  /** `<own url>/api/data/v9.2`. */
  readonly root: string;
  /** Whose rights count and who is stamped on rows. */
  readonly user: User;
  /** The application that acts for `user`, when it impersonates. */
  readonly actor?: User;
  /** Content-ID -> entity URL of the same change set. */
  readonly references: Map<string, string>;
  /** Sums up the execution time that the call is charged for. */
  readonly meter: { ms: number };
}
