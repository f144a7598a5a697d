import { Alert, Button, Stack, Text, Title } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useShowAccession, useWithdrawCase } from "../../api/queries/case-life";
import type { Case, Id, Study } from "../../api/types";
import { ConfirmInPlace } from "../common/ConfirmInPlace";
import { FormProblem } from "../common/FormProblem";
import { Time } from "../common/Time";
import { isReadingRole } from "../common/words";
import { SigningOut } from "./SigningOut";

/** What some may do with a case beside looking at its tissue. Each part is shown only to those it is for. */
export function CaseAdministration({ item, study }: { item: Case; study: Study }) {
  const roles = study.my_roles;
  return (
    <Stack gap="xl" mt="xl" maw={860}>
      {item.withdrawn_at && (
        <Alert color="amber" variant="outline" title="The patient withdrew">
          Since <Time iso={item.withdrawn_at} /> nothing more of this case is read, shown or counted.
        </Alert>
      )}
      {roles.some(isReadingRole) && !item.withdrawn_at && <SigningOut id={item.id} />}
      {roles.includes("key_holder") && <Accession id={item.id} />}
      {roles.includes("administrator") && !item.withdrawn_at && <Withdrawal id={item.id} />}
    </Stack>
  );
}

function Accession({ id }: { id: Id }) {
  const show = useShowAccession(id);
  return (
    <section aria-label="Accession">
      <Title order={2} size="h3" mb={4}>
        Accession
      </Title>
      {show.data ? (
        <Text size="sm" className="duo-number">
          {show.data.accession}
        </Text>
      ) : (
        <Stack gap={6} align="flex-start">
          <Text size="sm">This will be recorded: you will have looked up whose case this is.</Text>
          <Button variant="default" leftSection={<IconKey size={16} aria-hidden />} loading={show.isPending} onClick={() => show.mutate()}>
            Show the accession
          </Button>
          <FormProblem error={show.error} />
        </Stack>
      )}
    </section>
  );
}

function Withdrawal({ id }: { id: Id }) {
  const withdraw = useWithdrawCase(id);
  return (
    <section aria-label="Withdrawal">
      <Title order={2} size="h3" mb={6}>
        Withdrawal
      </Title>
      <ConfirmInPlace
        danger
        label="The patient withdraws"
        confirm="Withdraw the case"
        says="Nobody reads this case any more, open assignments end, and nothing of it is shown or counted. Signed readings stay in the record. This cannot be taken back."
        reason="Why"
        busy={withdraw.isPending}
        error={withdraw.error}
        onConfirm={(reason, close) => withdraw.mutate(reason, { onSuccess: close })}
      />
    </section>
  );
}
