import { useImportOrders } from "../../api/queries/study-life";
import type { Study } from "../../api/types";
import { CsvForm } from "../common/CsvForm";
import { Disclosure } from "../common/Disclosure";

const EXAMPLE = "case,accession,marker,barcode\n0217,H26-10452,ER,S26-10452-A1";

/** Orders of the laboratory's system as a CSV: cases, whose they are, and the slides to expect. */
export function ImportOrders({ study }: { study: Study }) {
  const orders = useImportOrders(study.id);
  return (
    <Disclosure label="Import orders from a CSV">
      <div style={{ maxWidth: 760 }}>
        <CsvForm label="Orders" example={EXAMPLE} send="Import the orders" busy={orders.isPending} error={orders.error} done={orders.data ? imported(orders.data) : null} onSend={(csv) => orders.mutate(csv)} />
      </div>
    </Disclosure>
  );
}

/** "Imported: cases 3, slides 9": whatever the server counted. */
export function imported(counts: Record<string, unknown>): string {
  const parts = Object.entries(counts).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return parts.length === 0 ? "Imported." : `Imported: ${parts.map(([name, count]) => `${name.replaceAll("_", " ")} ${count}`).join(", ")}.`;
}
