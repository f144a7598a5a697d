import { Skeleton, Stack, Text, Title } from "@mantine/core";
import { useProtocol } from "../../api/queries/protocols";
import type { Study } from "../../api/types";
import { Empty } from "../../components/common/Empty";
import { Problem } from "../../components/common/Problem";
import { ProtocolForm } from "../../components/study/ProtocolForm";
import { ProtocolVersions } from "../../components/study/ProtocolVersions";
import { ProtocolWords } from "../../components/study/ProtocolWords";

/** The protocol in force: a form for the study's administrators, words for everybody else. */
export function ProtocolTab({ study }: { study: Study }) {
  if (study.my_roles.includes("administrator")) return <EditedProtocol study={study} />;
  if (!study.protocol) {
    return <Empty title="No protocol yet">The protocol says which scheme each marker is scored by and how many people read each specimen.</Empty>;
  }
  return (
    <>
      <ProtocolWords protocol={study.protocol} />
      <Text size="sm" c="dimmed" mt="sm">
        A protocol is frozen when the first reading starts; a later change makes a new version.
      </Text>
    </>
  );
}

function EditedProtocol({ study }: { study: Study }) {
  const protocol = useProtocol(study.id);
  if (protocol.isPending) return <Skeleton h={520} />;
  if (protocol.isError) return <Problem error={protocol.error} what="The protocol could not be loaded" retry={() => void protocol.refetch()} />;
  const { in_force: inForce, versions } = protocol.data;
  if (inForce === null) return <Empty title="No protocol yet">The study was made without one; the system administrator can mend that.</Empty>;
  return (
    <Stack gap="xl" maw={1080}>
      {/* Another version is another form: what was typed belongs to the version it was typed over. */}
      <ProtocolForm key={inForce.version} study={study.id} protocol={inForce} />
      <section aria-label="Versions">
        <Title order={2} size="h3" mb="xs">
          Versions
        </Title>
        <ProtocolVersions versions={versions} inForce={inForce.version} />
      </section>
    </Stack>
  );
}
