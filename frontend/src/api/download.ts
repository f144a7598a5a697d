/** Files that the server makes: fetched like any answer, so that a refusal is told in words and not in a new page. */

import { send } from "./client";

function nameIn(disposition: string | null): string {
  return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? "duoscope";
}

/** Saves what is at this address under the name the server gives it. Throws ApiError. */
export async function download(address: string): Promise<void> {
  const answer = await send(address, { headers: { Accept: "*/*" } });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = nameIn(answer.headers.get("Content-Disposition"));
  link.click();
  URL.revokeObjectURL(link.href);
}
