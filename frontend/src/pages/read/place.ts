import { useCallback, useEffect, useMemo } from "react";
import type { OpenedAssignment } from "../../api/queries/reading";
import type { ViewerSession } from "../../components/viewer/viewer-session";
import type { Spotlight } from "../../layers/spotlight-layer";

const ROOM_AROUND = 1.12;

/** Shows the specimen turned as it was given: a core's circle in the middle with the rest dimmed, or the whole slide. */
export function usePlace(session: ViewerSession | null, opened: OpenedAssignment, assignment: string): { spotlight: Spotlight | null; fit: () => void } {
  const { place, presentation } = opened;
  const spotlight = useMemo(() => (place === null ? null : { centre: { x: place.x_px, y: place.y_px }, radiusPx: place.radius_px }), [place]);
  const fit = useCallback(() => {
    if (session === null) return;
    if (spotlight === null) {
      session.viewer.fit();
      return;
    }
    const { centre, radiusPx } = spotlight;
    const reach = radiusPx * ROOM_AROUND;
    session.viewer.fit({ x: centre.x - reach, y: centre.y - reach, width: 2 * reach, height: 2 * reach });
  }, [session, spotlight]);
  const { rotation_deg: rotationDeg, flipped } = presentation;
  useEffect(() => {
    // Two specimens of one slide may be turned differently.
    session?.viewer.setView({ rotationDeg, flipped });
    fit();
  }, [session, fit, rotationDeg, flipped, assignment]);
  return { spotlight, fit };
}
