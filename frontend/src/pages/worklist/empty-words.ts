/** What belongs in each part of the worklist while it is empty. */
export const EMPTY_WORDS: Record<string, { title: string; text: string }> = {
  to_read: { title: "Nothing to read", text: "A study’s administrator gives out specimens; they appear here by themselves. Drafts and deferred ones have lists of their own." },
  drafts: { title: "No drafts", text: "A form that you began and did not sign is kept here, on the server, until you go on with it." },
  deferred: { title: "Nothing deferred", text: "D in the reading room puts a specimen back for later. Nobody else sees that." },
  signed: { title: "Nothing signed yet", text: "Your signed readings stay here to be looked at, and amended with a reason." },
  adjudication: { title: "No adjudication of yours", text: "Specimens that you take up to adjudicate appear here." },
  qa: { title: "No QA reads", text: "Specimens chosen for a blinded second read appear here." },
};
