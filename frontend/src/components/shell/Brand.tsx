/** Two overlapping fields of view: two people at one microscope. */
export function Brand({ size = 22 }: { size?: number }) {
  return (
    <>
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
        <circle cx="11.5" cy="16" r="9" fill="none" stroke="var(--mantine-color-teal-5)" strokeWidth="3" />
        <circle cx="20.5" cy="16" r="9" fill="none" stroke="currentColor" strokeOpacity=".75" strokeWidth="3" />
      </svg>
      <span>Duoscope</span>
    </>
  );
}
