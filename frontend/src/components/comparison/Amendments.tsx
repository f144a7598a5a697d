import { Text } from "@mantine/core";
import type { ShownAmendment } from "../../api/comparison-types";
import { Time } from "../common/Time";
import { headline, subline } from "./comparison-words";

/** Corrections beside the reading they correct, which stays as it was signed. */
export function Amendments({ amendments, scheme }: { amendments: ShownAmendment[]; scheme: string }) {
  return amendments.map((amendment) => (
    <div key={amendment.number}>
      <Text size="sm" fw={550}>
        Amended to {[headline(amendment, scheme), subline(amendment, scheme)].filter(Boolean).join(", ")}
      </Text>
      <Text size="xs">
        “{amendment.why}”{amendment.counts ? "" : " A note: it came after the decision and does not count."}
      </Text>
      <Text size="xs" c="dimmed">
        <Time iso={amendment.signed_at} />
      </Text>
    </div>
  ));
}
