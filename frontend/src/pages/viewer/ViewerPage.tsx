import { useEffect, useState } from "react";
import { useParams } from "react-router";
import { useOpenedSlide, useSlide } from "../../api/queries/slides";
import { useStudy } from "../../api/queries/studies";
import { Loading } from "../../components/common/Loading";
import { Problem } from "../../components/common/Problem";
import { useRoom } from "../../components/live/LiveProvider";
import { Trail } from "../../components/shell/Trail";
import { useTitle } from "../../components/shell/slots";
import { ReadingRoom } from "./ReadingRoom";

/** Opens the slide: asks for a presentation, and shows it once the slide and its study are known too. */
export default function ViewerPage() {
  const { slideId = "" } = useParams();
  // Another slide is another page: nothing of the last one's view or panel may stay.
  return <OpenSlide key={slideId} id={slideId} />;
}

function OpenSlide({ id }: { id: string }) {
  const slide = useSlide(id);
  const opened = useOpenedSlide(id);
  const study = useStudy(slide.data?.study);
  useRoom(`slide:${id}`);
  useRoom(slide.data ? `study:${slide.data.study}` : null);
  useTitle(slide.data?.name ?? "Slide");
  const failed = [slide, opened, study].find((query) => query.isError);
  if (failed?.error) {
    return (
      <div style={{ padding: 24 }}>
        <Trail crumbs={[{ label: "Studies", to: "/studies" }]} />
        <Problem
          error={failed.error}
          what="The slide could not be opened"
          retry={() => {
            void slide.refetch();
            void opened.refetch();
            void study.refetch();
          }}
        />
      </div>
    );
  }
  if (!slide.data || !opened.data || !study.data) return <Opening />;
  return <ReadingRoom slide={slide.data} opened={opened.data} study={study.data} />;
}

/** Most slides open in less time than it takes to read a word. */
function Opening() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return slow ? <Loading what="Opening the slide…" /> : null;
}
