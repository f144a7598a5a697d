import { type ImportedOrders, useImportOrders } from "../../api/queries/orders";
import type { Study } from "../../api/types";
import { CsvForm } from "../common/CsvForm";
import { counted } from "../common/words";

const EXAMPLE = "accession,marker,barcode,case\nH26-10452,ER,S26-10452-A1,0217";

/** Orders of the laboratory's system as a CSV: whose slides are stained with what, by the barcode on the label. */
export function ImportOrders({ study }: { study: Study }) {
  const orders = useImportOrders(study.id);
  return (
    <div style={{ maxWidth: 760 }}>
      <CsvForm
        label="Orders as CSV: accession, marker, barcode and, if wanted, case"
        example={EXAMPLE}
        send="Import the orders"
        busy={orders.isPending}
        error={orders.error}
        done={orders.data ? importedText(orders.data) : null}
        onSend={(csv) => orders.mutate(csv)}
      />
    </div>
  );
}

/** "3 new orders, 1 known before, 2 new cases." */
export function importedText({ created, known, cases_created: cases }: ImportedOrders): string {
  const parts = [counted(created, "new order"), ...(known > 0 ? [`${known} known before`] : []), ...(cases > 0 ? [counted(cases, "new case")] : [])];
  return `${parts.join(", ")}.`;
}
