/** The page's style. Hues are Okabe and Ito's, which the colour-blind can tell apart; change goes from blue to orange. */
export const style = `
:root{--bg:#fff;--fg:#17202b;--dim:#566273;--line:#d8dee6;--soft:#f4f6f9;--ink:#0b1118;--paper:#fff;--mix:34%;--accent:#0072b2;--up:#a34a00;--down:#005a8e;--shade:#17202b33}
@media (prefers-color-scheme:dark){:root{--bg:#0f141a;--fg:#e6ebf1;--dim:#9aa7b6;--line:#2b3542;--soft:#171e26;--ink:#f2f6fa;--paper:#10161d;--mix:46%;--accent:#56b4e9;--up:#ffab5c;--down:#74c3f5;--shade:#000c}}
*{box-sizing:border-box}
html{color-scheme:light dark}
body{margin:0 auto;max-width:1400px;padding:20px 24px 48px;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:24px;margin:0;overflow-wrap:anywhere}
h2{font-size:16px;margin:0;display:inline}
p{margin:4px 0}
code{font:13px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.dim{color:var(--dim)}
.headline{font-size:17px;margin:8px 0 12px}
.outcome{padding:2px 9px;border-radius:10px;border:1px solid currentColor;font-size:14px}
.outcome.fail,.rules .fail b,.grown{color:var(--up)}
.outcome.pass,.rules .pass b,.shrunk{color:var(--down)}
.figures{display:flex;flex-wrap:wrap;gap:10px;margin:0 0 12px}
.figures div{flex:1 1 150px;border:1px solid var(--line);border-radius:8px;padding:8px 12px;background:var(--soft)}
.figures dt{color:var(--dim);font-size:13px}
.figures dd{margin:0;display:flex;flex-direction:column}
.figure{font-size:22px;font-variant-numeric:tabular-nums}
.figures .dim,.figures b{font-size:13px}
.trend{margin:0 0 12px;font-size:13px}
.trend svg{display:block;width:100%;max-width:360px;height:auto;overflow:visible}
.trend polyline{fill:none;stroke:var(--accent);stroke-width:2;stroke-linejoin:round}
.trend circle{fill:var(--accent);stroke:var(--bg);stroke-width:1.5}
.rules,.notes{margin:0 0 12px;padding:0;list-style:none;overflow-wrap:anywhere}
.notes li{border-left:3px solid #e69f00;padding:2px 10px;margin:4px 0}
.explore{display:grid;grid-template-columns:minmax(0,1fr) 330px;gap:8px 12px;margin-bottom:16px}
.bar{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:8px;align-items:center;justify-content:space-between}
nav{display:flex;flex-wrap:wrap;align-items:center;gap:2px;min-width:0}
td .link,#contents td button{margin:0 0 0 -4px;padding:0 4px}
nav button,.link,#contents button{font:inherit;color:var(--accent);background:none;border:0;padding:2px 4px;border-radius:4px;cursor:pointer;text-align:left;overflow-wrap:anywhere}
nav button[aria-current]{color:var(--fg);font-weight:600;cursor:default}
nav button:hover,.link:hover,#contents button:hover{text-decoration:underline}
:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
.search{display:flex;gap:8px;align-items:center;color:var(--dim)}
.search input{font:inherit;color:var(--fg);background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:5px 9px;width:230px}
#map{position:relative;height:540px;border-radius:6px;overflow:hidden;background:var(--soft)}
#contents{height:540px;overflow:auto;border:1px solid var(--line);border-radius:6px}
#contents thead th{position:sticky;top:0;background:var(--bg)}
#contents td:first-child{width:99%}
.under{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:4px 20px;align-items:center;min-height:26px}
.under p{margin:0}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:0;padding:0;list-style:none;font-size:14px}
.swatch{display:inline-block;width:13px;height:13px;border-radius:3px;margin-right:5px;vertical-align:-1px;background:var(--c)}
.scale .swatch{margin:0;border-radius:0;width:20px}
.scale{font-size:14px}
.tile{position:absolute;display:flex;flex-direction:column;justify-content:flex-start;align-items:stretch;overflow:hidden;margin:0;padding:1px 4px;border:0;border-radius:2px;font:12px/16px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;text-align:left;white-space:nowrap;text-overflow:ellipsis;color:var(--ink);background:var(--c);box-shadow:inset 0 0 0 1px var(--bg);cursor:pointer}
.tile.leaf{cursor:default}
.tile span{display:block;pointer-events:none}
.tile .name{overflow:hidden;text-overflow:ellipsis}
.tile .bytes{flex:none;font-variant-numeric:tabular-nums}
.tile.beside{flex-direction:row;gap:8px}
.tile.big{font-size:15px;line-height:20px;padding:3px 6px}
.tile.holder{font-weight:600}
.tile.pale{opacity:.22}
.tile.hit{box-shadow:inset 0 0 0 2px var(--ink)}
.tile.gone{background-image:repeating-linear-gradient(45deg,transparent 0 7px,color-mix(in srgb,var(--bg) 55%,transparent) 7px 9px)}.tile.gone span{align-self:flex-start;max-width:100%;padding:0 3px;background:var(--bg);color:var(--fg)}
#ring{position:absolute;pointer-events:none;border:3px solid var(--ink);border-radius:3px;display:none}
.part-base{--h:#8390a2}.part-system{--h:#cc79a7}.part-interpreter{--h:#e69f00}.part-environment{--h:#0072b2}.part-app{--h:#009e73}.part-waste{--h:#d55e00}.part-other{--h:#a59a6c}
.part-base,.part-system,.part-interpreter,.part-environment,.part-app,.part-waste,.part-other{--c:color-mix(in oklab,var(--h) var(--mix),var(--paper))}
.swatch{--mix:75%}
.deep{--mix:22%}.tint0{--mix:52%}.tint1{--mix:42%}.tint2{--mix:62%}
@media (prefers-color-scheme:dark){.deep{--mix:24%}.tint0{--mix:54%}.tint1{--mix:44%}.tint2{--mix:62%}.part-interpreter.tint0,.part-interpreter.tint2{--mix:52%}}
.d-3{--h:#0072b2;--mix:72%}.d-2{--h:#0072b2;--mix:52%}.d-1{--h:#0072b2;--mix:26%}.d0,.dn{--h:#8390a2;--mix:20%}.d1{--h:#e06a00;--mix:28%}.d2{--h:#e06a00;--mix:54%}.d3{--h:#e06a00;--mix:84%}
.d-3,.d-2,.d-1,.d0,.dn,.d1,.d2,.d3{--c:color-mix(in oklab,var(--h) var(--mix),var(--paper))}
@media (prefers-color-scheme:dark){.d-3{--mix:80%}.d3{--mix:72%}}
#tip{position:fixed;display:none;z-index:5;max-width:360px;padding:7px 10px;border-radius:6px;background:var(--ink);color:var(--bg);font-size:13px;pointer-events:none;overflow-wrap:anywhere;white-space:pre-line}
details{border-top:1px solid var(--line);padding:10px 0}
summary{cursor:pointer}
.scroll{overflow:auto;max-height:460px;margin-top:8px;border:1px solid var(--line);border-radius:6px;background:linear-gradient(var(--bg) 40%,transparent) 0 0/100% 60px local no-repeat,linear-gradient(transparent,var(--bg) 60%) 0 100%/100% 60px local no-repeat,linear-gradient(var(--shade),transparent) 0 0/100% 14px scroll no-repeat,linear-gradient(transparent,var(--shade)) 0 100%/100% 14px scroll no-repeat}
table{border-collapse:collapse;width:100%;font-size:14px}
th{white-space:nowrap;text-align:left;color:var(--dim);font-weight:600;background:var(--bg)}
.scroll th{position:sticky;top:0}
.scroll tr:last-child td{border-bottom:0}
th,td{padding:4px 8px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td .dim{font-size:13px}
.tag{display:inline-block;white-space:nowrap;padding:0 7px;border:1px solid var(--line);border-radius:9px;font-size:12px;line-height:17px;color:var(--dim)}
#waste td:nth-last-child(2){width:48%}#waste td:last-child{width:36%}
.drift{border-left:3px solid var(--accent);padding:2px 10px;margin:0 0 12px}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
[hidden]{display:none!important}
@media (max-width:820px){.scroll table{min-width:640px}#system table{min-width:0}#waste table{min-width:820px}.scroll td,.scroll .link{overflow-wrap:break-word}body{padding:14px 12px 32px}.explore{grid-template-columns:minmax(0,1fr)}#map{height:430px}#contents{height:auto;max-height:300px}.search{width:100%}.search input{flex:1;min-width:0}.figures div{flex-basis:120px}}
@media (prefers-reduced-motion:no-preference){.tile{transition:opacity .15s}}
`
