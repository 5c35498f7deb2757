// Evidently's table is clipped on a page that is narrower than this.
{
  const leastWidth = 1400;
  const page = document.documentElement;
  const fit = () => { page.style.zoom = Math.min(1, innerWidth / leastWidth); };
  addEventListener('resize', fit);
  fit();
}
