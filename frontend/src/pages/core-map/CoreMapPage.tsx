import { Button } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useCores } from "../../api/queries/cores";
import { useOpenedSlide, useSlide } from "../../api/queries/slides";
import { useStudy } from "../../api/queries/studies";
import { Empty } from "../../components/common/Empty";
import { Loading } from "../../components/common/Loading";
import { Problem } from "../../components/common/Problem";
import { useTitle } from "../../components/shell/slots";
import { Trail } from "../../components/shell/Trail";
import { CoreMapRoom } from "./CoreMapRoom";

/** The grid of a TMA slide, for its technician: which core is where, and whose. */
export default function CoreMapPage() {
  const { slideId = "" } = useParams();
  const slide = useSlide(slideId);
  const opened = useOpenedSlide(slideId);
  const study = useStudy(slide.data?.study);
  const grid = useCores(slideId);
  useTitle(slide.data ? `Core map of ${slide.data.name}` : "Core map");
  const failed = [slide, opened, study, grid].find((query) => query.isError);
  if (failed?.error) {
    return (
      <div style={{ padding: 24 }}>
        <Trail crumbs={[{ label: "Studies", to: "/studies" }]} />
        <Problem error={failed.error} what="The slide could not be opened" retry={() => void Promise.all([slide.refetch(), opened.refetch(), study.refetch(), grid.refetch()])} />
      </div>
    );
  }
  if (!slide.data || !opened.data || !study.data || !grid.data) return <Loading what="Opening the slide…" />;
  const isWhole = slide.data.specimens.some((specimen) => specimen.kind === "whole_section");
  if (isWhole || !study.data.my_roles.includes("technician")) {
    return (
      <Empty
        title={isWhole ? "This slide is a whole section" : "Core maps are the technicians’ work"}
        action={
          <Button component={Link} to={`/slides/${slideId}`} variant="default">
            Open the slide
          </Button>
        }
      >
        {isWhole ? "It was registered as one case’s section. Register it again as a TMA to give it a grid." : "You may look at the slide and its cores."}
      </Empty>
    );
  }
  return <CoreMapRoom key={slideId} slide={slide.data} opened={opened.data} study={study.data} grid={grid.data} />;
}
