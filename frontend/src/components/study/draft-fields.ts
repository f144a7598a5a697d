import type { ProtocolDraft } from "./protocol-draft";

export interface DraftFields {
  draft: ProtocolDraft;
  set: (change: Partial<ProtocolDraft>) => void;
  /** What is wrong with a field, by the server's name for it. */
  wrong: (name: string) => string | undefined;
}
