import { Anchor, Group, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useCallback } from "react";
import { Link } from "react-router";
import { useOrders } from "../../api/queries/orders";
import type { Study } from "../../api/types";
import { Empty } from "../../components/common/Empty";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { SearchField } from "../../components/common/SearchField";
import { Time } from "../../components/common/Time";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { counted, isReadingRole } from "../../components/common/words";
import { ImportOrders } from "../../components/study/ImportOrders";

/** Which slides the laboratory is to stain for which case. Whose case it is, only the key holder sees. */
export function OrdersTab({ study }: { study: Study }) {
  const [filters, setFilters] = useUrlFilters({ search: "", page: "1" });
  const orders = useOrders(study.id, { search: filters.search, page: pageOf(filters.page) });
  const search = useCallback((text: string) => setFilters({ search: text }), [setFilters]);
  const holdsKey = study.my_roles.includes("key_holder") && !study.my_roles.some(isReadingRole);
  return (
    <Stack gap="xl">
      <section aria-label="Orders">
        <Group justify="space-between" mb="sm">
          <SearchField label="Search orders" value={filters.search} onChange={search} />
          {orders.data && (
            <Text size="sm" c="dimmed" className="duo-number">
              {counted(orders.data.count, "order")}
            </Text>
          )}
        </Group>
        {orders.isPending && <Skeleton h={220} />}
        {orders.isError && <Problem error={orders.error} what="The orders could not be loaded" retry={() => void orders.refetch()} />}
        {orders.data && orders.data.results.length === 0 && (
          <Empty title={filters.search ? `No order matches “${filters.search}”` : "No orders yet"}>
            {holdsKey ? "Import the laboratory’s orders below." : "The study’s key holder imports them from the laboratory’s system."}
          </Empty>
        )}
        {orders.data && orders.data.results.length > 0 && (
          <>
            <Table aria-label="Orders" maw={860} verticalSpacing={6} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Barcode</Table.Th>
                  <Table.Th w={120}>Marker</Table.Th>
                  <Table.Th w={180}>Case</Table.Th>
                  <Table.Th w={200}>Imported</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {orders.data.results.map((order) => (
                  <Table.Tr key={order.id}>
                    <Table.Td className="duo-number">{order.barcode}</Table.Td>
                    <Table.Td>{order.marker}</Table.Td>
                    <Table.Td>
                      <Anchor component={Link} to={`/cases/${order.case.id}`} c="inherit" size="sm">
                        {order.case.code}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>
                      <Time iso={order.created_at} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            <Pager count={orders.data.count} page={pageOf(filters.page)} onPage={(page) => setFilters({ page: String(page) })} noun="orders" />
          </>
        )}
      </section>
      {holdsKey && !study.locked_at && (
        <section aria-label="Import orders">
          <Title order={2} size="h3">
            Import orders
          </Title>
          <Text size="sm" c="dimmed" mb="sm">
            All lines are taken, or none. Cases are found by their accession; new ones are made under the code of the line, or the next free one.
          </Text>
          <ImportOrders study={study} />
        </section>
      )}
    </Stack>
  );
}
