// Draws the places of deployments close up, or lets one be chosen.
//
// A map is an element with data-places (the id of a JSON script: {"points": [{latitude, longitude,
// words}]}) and what map.js needs to load Leaflet and the outlines. Where data-pick names a form, a
// click fills its latitude and longitude, and the points are those of others.

import { letPagesScroll, load, zoomButtons } from "./map.js";

const WORLD = [[-58, -172], [80, 180]];
const EDGES = [[-90, -190], [90, 190]];
const CLOSE = 9;
const ALONE = 4; // a single place is shown with what lies around it

async function draw(element) {
  const { points } = JSON.parse(document.getElementById(element.dataset.places).textContent);
  const [outlines] = await load(element);
  element.replaceChildren();
  const map = L.map(element, {
    crs: L.CRS.EPSG4326, zoomSnap: 0.25, minZoom: -1, maxZoom: 16, maxBounds: EDGES, maxBoundsViscosity: 1,
    scrollWheelZoom: false, attributionControl: false, worldCopyJump: false, zoomControl: false,
  });
  zoomButtons(map, element.dataset);
  L.control.scale().addTo(map);
  map.fitBounds(WORLD, { animate: false });
  L.geoJSON(outlines, { style: { className: "land land--none", fillOpacity: 1 }, interactive: false, smoothFactor: 0.8 }).addTo(map);
  const form = element.dataset.pick && document.getElementById(element.dataset.pick);
  for (const point of points) mark(map, point, form ? 4 : 7);
  const own = form ? chosen(form) : null;
  const shown = own ? [own] : points.map(({ latitude, longitude }) => [latitude, longitude]);
  if (shown.length) map.fitBounds(L.latLngBounds(shown).pad(0.2), { animate: false, maxZoom: shown.length > 1 ? CLOSE : ALONE, padding: [24, 24] });
  if (form) pick(map, form);
  letPagesScroll(map);
  element.classList.add("is-drawn");
}

function mark(map, { latitude, longitude, words }, radius) {
  const place = L.circleMarker([latitude, longitude], { radius, className: "place-mark", fillOpacity: 1 });
  const label = document.createElement("span");
  label.textContent = words;
  return place.bindTooltip(label, { className: "map__name" }).addTo(map);
}

function chosen({ elements: { latitude, longitude } }) {
  if (!latitude.value || !longitude.value || !latitude.validity.valid || !longitude.validity.valid) return null;
  return [+latitude.value, +longitude.value];
}

function pick(map, form) {
  const { latitude, longitude } = form.elements;
  let own = null;
  const show = () => {
    own?.remove();
    const place = chosen(form);
    own = place && mark(map, { latitude: place[0], longitude: place[1], words: place.join(", ") }, 9);
  };
  map.on("click", ({ latlng }) => {
    latitude.value = latlng.lat.toFixed(5);
    longitude.value = latlng.wrap().lng.toFixed(5);
    show();
  });
  for (const input of [latitude, longitude]) input.addEventListener("change", show);
  show();
}

for (const element of document.querySelectorAll("[data-places]")) {
  draw(element).catch(() => element.closest(".map").classList.add("is-missing"));
}
