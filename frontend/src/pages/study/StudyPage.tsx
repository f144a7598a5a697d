import { Badge, Button, Group, Skeleton, Tabs } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useStudy } from "../../api/queries/studies";
import type { Study } from "../../api/types";
import { Problem } from "../../components/common/Problem";
import { useUrlFilters } from "../../components/common/url-state";
import { ROLE_WORDS } from "../../components/common/words";
import { useRoom } from "../../components/live/LiveProvider";
import { PageBody } from "../../components/shell/PageBody";
import { Trail } from "../../components/shell/Trail";
import { AgreementTab } from "./AgreementTab";
import { AssignmentsTab } from "./AssignmentsTab";
import { CasesTab } from "./CasesTab";
import { OrdersTab } from "./OrdersTab";
import { PeopleTab } from "./PeopleTab";
import { ProgressTab } from "./ProgressTab";
import { ProtocolTab } from "./ProtocolTab";
import { QualityTab } from "./QualityTab";
import { RequestsTab } from "./RequestsTab";
import { comparesIn, mayKnowOfRuns } from "./roles";
import { RunsTab } from "./RunsTab";
import { SlidesTab } from "./SlidesTab";

type TabName = "cases" | "slides" | "runs" | "assignments" | "progress" | "agreement" | "quality" | "orders" | "requests" | "people" | "protocol";

function tabsOf(study: Study): [TabName, string][] {
  const isAdministrator = study.my_roles.includes("administrator");
  const isTechnician = study.my_roles.includes("technician");
  const runs = mayKnowOfRuns(study.my_roles, study.protocol?.readers_per_specimen ?? 2);
  const all: [TabName, string, boolean][] = [
    ["cases", "Cases", true],
    ["slides", "Slides", true],
    ["runs", "Runs", runs],
    ["assignments", "Assignments", isAdministrator],
    ["progress", "Progress", isAdministrator],
    ["agreement", "Agreement", comparesIn(study)],
    ["quality", "Quality", isAdministrator],
    ["orders", "Orders", isAdministrator || isTechnician || study.my_roles.includes("key_holder")],
    ["requests", "Slide requests", isTechnician],
    ["people", "People", isAdministrator],
    ["protocol", "Protocol", true],
  ];
  return all.filter(([, , shown]) => shown).map(([name, label]) => [name, label]);
}

export function StudyPage() {
  const { studyId = "" } = useParams();
  const study = useStudy(studyId);
  useRoom(`study:${studyId}`);
  const [filters] = useUrlFilters({ tab: "cases" });
  const [, setAll] = useUrlFilters({ tab: "cases", search: "", marker: "", state: "", sort: "", reader: "", purpose: "", kind: "", readers: "", days: "", algorithm: "", page: "1" });
  if (study.isPending) {
    return (
      <PageBody title="Study">
        <Skeleton h={36} mb="md" />
        <Skeleton h={420} />
      </PageBody>
    );
  }
  if (study.isError) {
    return (
      <PageBody title="Study">
        <Trail crumbs={[{ label: "Studies", to: "/studies" }]} />
        <Problem error={study.error} what="The study could not be loaded" retry={() => void study.refetch()} />
      </PageBody>
    );
  }
  const tabs = tabsOf(study.data);
  const tab = tabs.find(([name]) => name === filters.tab)?.[0] ?? "cases";
  return (
    <PageBody
      title={study.data.name}
      about={study.data.description}
      actions={
        <Group gap={6}>
          {study.data.closed_at && <Badge color="amber" variant="outline">{study.data.locked_at ? "data locked" : "closed"}</Badge>}
          {study.data.my_roles.map((role) => (
            <Badge key={role} variant="default">
              {ROLE_WORDS[role]}
            </Badge>
          ))}
          {comparesIn(study.data) && (
            <Button component={Link} to={`/comparisons?study=${study.data.id}`} size="compact-sm" variant="default" ml={6}>
              Comparisons
            </Button>
          )}
        </Group>
      }
    >
      <Trail crumbs={[{ label: "Studies", to: "/studies" }, { label: study.data.name }]} />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(name) => setAll({ tab: name ?? "cases", search: "", marker: "", state: "", sort: "", reader: "", purpose: "", kind: "", readers: "", days: "", algorithm: "", page: "1" })}
      >
        <Tabs.List mb="md">
          {tabs.map(([name, label]) => (
            <Tabs.Tab key={name} value={name}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="cases">
          <CasesTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="slides">
          <SlidesTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <RunsTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="assignments">
          <AssignmentsTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="progress">
          <ProgressTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="agreement">
          <AgreementTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="quality">
          <QualityTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="orders">
          <OrdersTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="requests">
          <RequestsTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="people">
          <PeopleTab study={study.data} />
        </Tabs.Panel>
        <Tabs.Panel value="protocol">
          <ProtocolTab study={study.data} />
        </Tabs.Panel>
      </Tabs>
    </PageBody>
  );
}
