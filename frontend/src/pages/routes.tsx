import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { Navigate, Route, Routes, useLocation, useNavigate } from "react-router";
import { whenSignedOut } from "../api/client";
import { useMe } from "../api/queries/me";
import { useReads } from "../api/queries/studies";
import { Loading } from "../components/common/Loading";
import { Problem } from "../components/common/Problem";
import { LiveProvider } from "../components/live/LiveProvider";
import { Shell } from "../components/shell/Shell";
import { AccountPage } from "./account/AccountPage";
import { BatchPage } from "./batch/BatchPage";
import { CasePage } from "./case/CasePage";
import { AdjudicatorPage } from "./comparisons/AdjudicatorPage";
import { ComparisonPage } from "./comparisons/ComparisonPage";
import { ComparisonsPage } from "./comparisons/ComparisonsPage";
import { ModelsPage } from "./models/ModelsPage";
import { NotFoundPage } from "./NotFoundPage";
import { PeoplePage } from "./people/PeoplePage";
import { SignInPage } from "./sign-in/SignInPage";
import { StudiesPage } from "./studies/StudiesPage";
import { StudyPage } from "./study/StudyPage";
import { WorklistPage } from "./worklist/WorklistPage";

// The map library is large and only these pages need it.
const CoreMapPage = lazy(() => import("./core-map/CoreMapPage"));
const ViewerPage = lazy(() => import("./viewer/ViewerPage"));
const ReadPage = lazy(() => import("./read/ReadPage"));

/** Readers begin with their worklist, everybody else with the studies. */
function FirstPage() {
  const reads = useReads();
  if (reads === undefined) return <Loading what="Opening Duoscope…" />;
  return <Navigate to={reads ? "/worklist" : "/studies"} replace />;
}

const here = (location: { pathname: string; search: string }): string => location.pathname + location.search;

/** Everything behind the sign-in. Whoever loses the session comes back to the same place after signing in again. */
function SignedIn() {
  const me = useMe();
  const location = useLocation();
  const navigate = useNavigate();
  const client = useQueryClient();
  useEffect(() => {
    whenSignedOut(() => {
      // What one person saw must not be on the screen of the next.
      client.clear();
      void navigate(`/sign-in?next=${encodeURIComponent(window.location.pathname + window.location.search)}`, { replace: true });
    });
    return () => whenSignedOut(() => {});
  }, [client, navigate]);
  if (me.isPending) return <Loading what="Opening Duoscope…" />;
  if (me.isError) {
    if ("status" in me.error && me.error.status === 401) {
      return <Navigate to={`/sign-in?next=${encodeURIComponent(here(location))}`} replace />;
    }
    return <Problem error={me.error} what="Duoscope could not be opened" retry={() => void me.refetch()} />;
  }
  return (
    <LiveProvider>
      <Shell me={me.data}>
        <Suspense fallback={<Loading what="Opening the viewer…" />}>
          <Routes>
            <Route path="/" element={<FirstPage />} />
            <Route path="/worklist" element={<WorklistPage />} />
            <Route path="/read/:assignmentId" element={<ReadPage />} />
            <Route path="/studies" element={<StudiesPage />} />
            <Route path="/studies/:studyId" element={<StudyPage />} />
            <Route path="/cases/:caseId" element={<CasePage />} />
            <Route path="/batches/:batchId" element={<BatchPage />} />
            <Route path="/slides/:slideId/cores" element={<CoreMapPage />} />
            <Route path="/slides/:slideId" element={<ViewerPage />} />
            <Route path="/comparisons" element={<ComparisonsPage />} />
            <Route path="/comparisons/:specimenId" element={<ComparisonPage />} />
            <Route path="/adjudications/:assignmentId/readings" element={<AdjudicatorPage />} />
            <Route path="/models" element={<ModelsPage />} />
            <Route path="/account" element={<AccountPage />} />
            <Route path="/people" element={<PeoplePage />} />
            <Route path="*" element={<NotFoundPage />} />
          </Routes>
        </Suspense>
      </Shell>
    </LiveProvider>
  );
}

export function AppRoutes() {
  return (
    <Routes>
      <Route path="/sign-in" element={<SignInPage />} />
      <Route path="*" element={<SignedIn />} />
    </Routes>
  );
}
