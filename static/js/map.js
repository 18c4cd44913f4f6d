// Draws country outlines with Leaflet, and colours those that the page's data names.
//
// A map is an element with data-map (the id of a JSON script: {"countries": {code: {kind, words}}},
// and, where there are some, "points": [{latitude, longitude, words}]), data-outlines (GeoJSON) and
// data-leaflet, data-leaflet-style (the library). Library and outlines are fetched once, when the
// first map comes near the window. Where data-pick names a form, a click fills its latitude and
// longitude.

const WORLD = [[-58, -172], [80, 180]];
const EDGES = [[-90, -190], [90, 190]];
const WIDEST = 200;

let library = null;
const fetched = new Map();

export function load(element) {
  library ??= Promise.all([
    attached(Object.assign(document.createElement("link"), { rel: "stylesheet", href: element.dataset.leafletStyle })),
    attached(Object.assign(document.createElement("script"), { src: element.dataset.leaflet })),
  ]);
  const from = element.dataset.outlines;
  if (!fetched.has(from)) fetched.set(from, fetch(from).then((answer) => answer.json()));
  return Promise.all([fetched.get(from), library]);
}

function attached(part) {
  return new Promise((done, failed) => {
    part.addEventListener("load", done);
    part.addEventListener("error", failed);
    document.head.append(part);
  });
}

export function zoomButtons(map, { zoomIn, zoomOut }) {
  L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
}

async function draw(element) {
  const { countries: told, points = [] } = JSON.parse(document.getElementById(element.dataset.map).textContent);
  const [outlines] = await load(element);
  element.replaceChildren();
  const map = L.map(element, {
    crs: L.CRS.EPSG4326, zoomSnap: 0.1, zoomDelta: 1, minZoom: -1, maxZoom: 6, maxBounds: EDGES,
    maxBoundsViscosity: 1, scrollWheelZoom: false, attributionControl: false, worldCopyJump: false, zoomControl: false,
  });
  zoomButtons(map, element.dataset);
  map.fitBounds(WORLD, { animate: false });
  L.geoJSON(outlines, {
    style: ({ id }) => look(told[id]),
    onEachFeature: (country, layer) => name(layer, country, told),
    smoothFactor: 0.8,
  }).addTo(map);
  for (const country of outlines.features) dot(map, country, told);
  if (!element.dataset.pick) for (const point of points) mark(map, point);
  const box = points.length ? near(points) : around(outlines.features.filter(({ id }) => told[id]));
  map.fitBounds(box, { animate: false, padding: [14, 14], maxZoom: 4 });
  if (element.dataset.pick) pick(map, document.getElementById(element.dataset.pick).elements);
  letPagesScroll(map);
  element.classList.add("is-drawn");
}

function look(fact) {
  const kind = fact ? fact.kind : "none";
  const patterned = kind !== "none" && kind !== "native";
  return { className: `land land--${kind}`, fillOpacity: 1, ...(patterned && { fillColor: `url(#land-${kind})` }) };
}

function name(layer, country, told) {
  const words = document.createElement("span");
  words.textContent = told[country.id]?.words ?? country.properties.name;
  layer.bindTooltip(words, { sticky: true, className: "map__name" });
  layer.on("click", ({ latlng }) => layer.openTooltip(latlng));
}

// A country that is too small to be seen is a dot. Those that the page says nothing of have none.
function dot(map, country, told) {
  const { dot: place } = country.properties;
  if (!place || !told[country.id]) return;
  const mark = L.circleMarker([place[1], place[0]], { radius: 5, ...look(told[country.id]) });
  name(mark, country, told);
  mark.addTo(map);
}

function mark(map, { latitude, longitude, words }) {
  const place = L.circleMarker([latitude, longitude], { radius: 8, className: "place-mark", fillOpacity: 1 });
  const label = document.createElement("span");
  label.textContent = words;
  return place.bindTooltip(label, { className: "map__name" }).addTo(map);
}

// Wide enough around the points to tell in which part of the world they are.
function near(points) {
  const box = L.latLngBounds(points.map(({ latitude, longitude }) => [latitude, longitude]));
  return L.latLngBounds([box.getSouth() - 12, box.getWest() - 24], [box.getNorth() + 12, box.getEast() + 24]);
}

function pick(map, { latitude, longitude }) {
  let chosen = null;
  const show = () => {
    chosen?.remove();
    chosen = null;
    const words = `${latitude.value}, ${longitude.value}`;
    if (latitude.value && longitude.value) chosen = mark(map, { latitude: latitude.value, longitude: longitude.value, words });
  };
  map.on("click", ({ latlng }) => {
    latitude.value = latlng.lat.toFixed(5);
    longitude.value = latlng.wrap().lng.toFixed(5);
    show();
  });
  for (const input of [latitude, longitude]) input.addEventListener("change", show);
  show();
}

// The countries of a range fill the map; one that spans the globe shows all of it.
function around(countries) {
  const box = L.latLngBounds([]);
  for (const { properties: { main: [west, south, east, north] } } of countries) {
    box.extend([south, west]).extend([north, east]);
  }
  if (!box.isValid() || box.getEast() - box.getWest() > WIDEST) return WORLD;
  return box.pad(0.25);
}

// One finger scrolls the page as long as there is nothing to move the map to.
export function letPagesScroll(map) {
  if (!L.Browser.mobile) return;
  const whole = map.getZoom();
  const settle = () => map.dragging[map.getZoom() > whole + 0.05 ? "enable" : "disable"]();
  map.on("zoomend", settle);
  settle();
}

const nearby = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    nearby.unobserve(target);
    draw(target).catch(() => target.closest(".map").classList.add("is-missing"));
  }
}, { rootMargin: "200px" });

function watch(root) {
  for (const element of root.querySelectorAll("[data-map]:not(.is-drawn)")) nearby.observe(element);
}

watch(document);
// A result that arrives while the page is open brings its map along.
document.addEventListener("htmx:load", ({ target }) => watch(target));
