/* page.c: frame, style and text of the report; see page.h. */
#include "report/page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/sort.h"
#include "base/text.h"

/* The eight class colours can be told apart with the common colour-vision deficiencies (after Okabe and Ito),
 * in light and dark. */
static const char STYLE[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1d2329;--dim:#5c6670;--line:#d5dae0;--card:#f5f7f9;--accent:#0b6bb3;"
    "--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#cc79a7;--c4:#e6a100;--c5:#56b4e9;--c6:#8b5e3c;--c7:#8a949e;"
    "--rev:#c8322b}"
    "@media(prefers-color-scheme:dark){:root{--bg:#14181c;--fg:#e4e8ec;--dim:#98a3ae;--line:#343c44;--card:#1d2329;"
    "--accent:#6cb6f0;"
    "--c0:#3d9ae0;--c1:#f0803c;--c2:#2bc49a;--c3:#e29ac4;--c4:#f2bb3d;--c5:#8fd0f5;--c6:#b98a63;--c7:#98a3ae;"
    "--rev:#ff7a70}}"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:1180px;padding:20px 16px 60px;background:var(--bg);"
    "color:var(--fg);"
    "font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}h1{font-size:24px;margin:0}h2{font-size:18px;"
    "margin:32px 0 4px}"
    "p{margin:0 0 10px;color:var(--dim);max-width:75ch}header p{font-size:13px;overflow-wrap:anywhere}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:10px;margin-top:16px}"
    ".tile{background:var(--card);border-radius:8px;padding:10px 12px}.tile b{display:block;font-size:20px;"
    "font-weight:600;"
    "font-variant-numeric:tabular-nums}.tile span{color:var(--dim);font-size:13px}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}th{text-align:left;"
    "font-weight:600;color:var(--dim)}"
    "th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--line);white-space:nowrap}.n{text-align:right;"
    "font-variant-numeric:tabular-nums}"
    ".cl th{white-space:normal;vertical-align:bottom}tfoot td{font-weight:600}.ne table{width:auto}"
    ".w{width:16%;min-width:80px}.bar{display:block;height:10px;border-radius:3px;min-width:1px}"
    "i{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:7px}.ev{color:var(--dim);"
    "white-space:normal;"
    "overflow-wrap:anywhere;font-size:13px}"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:12px;margin-top:24px}"
    "figure{margin:0;background:var(--card);border-radius:8px;padding:10px 12px;min-width:0}figcaption{font-size:13px;"
    "font-weight:600;"
    "color:var(--dim);margin-bottom:4px}svg{display:block;width:100%;height:auto}"
    "text{fill:var(--dim);font-size:11px}.e{text-anchor:end}.m{text-anchor:middle}"
    ".ax{fill:none;stroke:var(--dim)}.gr{stroke:var(--line);fill:none}.ln{fill:none;stroke:var(--accent);"
    "stroke-width:2}"
    ".ba,.co{fill:var(--accent)}.co{opacity:.75}.be{stroke:var(--c2);stroke-width:3}.en{stroke:var(--c1);"
    "stroke-width:3}"
    ".mk{stroke:var(--rev);stroke-width:4}.fr{fill:none;stroke:var(--line)}.df{stroke:var(--accent);fill:none}"
    ".dr{stroke:var(--rev);fill:none}"
    ".list{border-top:1px solid var(--line)}details{border-bottom:1px solid var(--line);content-visibility:auto;"
    "contain-intrinsic-size:auto 34px}"
    "summary{cursor:pointer;display:grid;grid-template-columns:64px 140px 20px 84px 104px 124px 60px 1fr;gap:10px;"
    "padding:6px 0;font-size:14px;"
    "align-items:baseline}summary:hover{background:var(--card)}summary>span,summary>b{min-width:0;"
    "overflow-wrap:anywhere}"
    ".fam{display:grid;grid-template-columns:1fr 1fr 190px;gap:12px;padding:6px 0 16px}.dot svg{max-width:170px}"
    "dl{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:2px 20px;margin:0;font-size:13px}"
    "dl div{overflow-wrap:anywhere}"
    ".cu{grid-column:1/-1;margin:0;font-size:13px;max-width:none}code{margin-right:8px}.cu.s code{cursor:pointer}"
    ".cu code.on{color:var(--accent);font-weight:600}.dec{width:100%;flex:1 0 100%}.dec textarea{width:100%;"
    "font:13px/1.5 monospace;color:var(--fg);background:var(--bg);border:1px solid var(--line);border-radius:6px}"
    "dt,dd{display:inline;margin:0}dt{color:var(--dim);margin-right:6px}"
    "@media screen and (max-width:760px){summary{grid-template-columns:1fr 1fr;gap:2px 12px}summary>.n{text-align:left}"
    "summary>.ev{grid-column:1/-1}"
    ".fam{grid-template-columns:1fr}details{contain-intrinsic-size:auto 110px}.tile b{font-size:17px}"
    ".tiles{grid-template-columns:repeat(auto-fill,minmax(120px,1fr))}text{font-size:15px}.fam text{font-size:12px}}"
    ".tools{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;margin:8px 0;font-size:13px;color:var(--dim)}"
    ".tools[hidden],.dec[hidden]{display:none}"
    ".tools input,.tools select{font:inherit;color:var(--fg);background:var(--bg);"
    "border:1px solid var(--line);border-radius:6px;padding:5px 8px}.tools input{flex:1 1 220px;max-width:420px}"
    "th[aria-sort],th.s{cursor:pointer}th[aria-sort=ascending]:after{content:' \\25b4'}"
    "th[aria-sort=descending]:after{content:' \\25be'}"
    "@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--card:#fff}"
    "body{max-width:none;padding:0;font-size:11px;-webkit-print-color-adjust:exact;print-color-adjust:exact}"
    ".tools,.cu{display:none}details{content-visibility:visible;break-inside:avoid}"
    "figure,.tile{border:1px solid var(--line)}.plots{grid-template-columns:1fr 1fr 1fr}"
    "summary{grid-template-columns:44px 96px 12px 56px 70px 84px 44px 1fr;gap:6px;padding:2px 0}.ev{font-size:10px}"
    ".tiles{grid-template-columns:repeat(6,1fr);gap:6px}.tile{padding:6px 8px}.tile b{font-size:14px}"
    ".tile span{font-size:10px}"
    "tr,figure{break-inside:avoid}thead{display:table-header-group}.scroll{overflow:visible}"
    "th,td{padding:2px 8px 2px 0}table,summary{font-size:10px}h2{break-after:avoid}}";

/* Sorts tables by a click on a column's head, sorts and searches the list of families, and opens the one that the
 * address names. */
static const char SCRIPT[] =
    "(function(){'use strict';var d=document;"
    "function value(t){var n=t.replace(/[\\s\\u2009%]/g,'');return n!==''&&!isNaN(n)?+n:null}"
    "function order(a,b,up){var x=value(a),y=value(b);"
    "var c=x!==null&&y!==null?x-y:a.localeCompare(b,'en',{numeric:true});return up?c:-c}"
    "d.querySelectorAll('table').forEach(function(t){var body=t.tBodies[0];"
    "Array.prototype.forEach.call(t.tHead.rows[0].cells,function(h,i){if(h.textContent==='')return;h.className+=' s';"
    "h.addEventListener('click',function(){var up=h.getAttribute('aria-sort')==='descending';"
    "Array.prototype.forEach.call(t.tHead.rows[0].cells,function(o){o.removeAttribute('aria-sort')});"
    "h.setAttribute('aria-sort',up?'ascending':'descending');"
    "Array.prototype.slice.call(body.rows).sort(function(a,b){"
    "return order(a.cells[i].textContent,b.cells[i].textContent,up)}).forEach(function(r){body.appendChild(r)})})})});"
    "var tools=d.querySelector('.tools'),list=d.querySelector('.list');if(tools){tools.hidden=false;"
    "var all=Array.prototype.slice.call(list.children),word=tools.querySelector('input'),"
    "by=tools.querySelector('select'),told=tools.querySelector('output');"
    "var texts=all.map(function(f){"
    "return(f.firstChild.textContent+' '+f.querySelector('dl').textContent).toLowerCase()}),"
    "at=new Map(all.map(function(f,i){return[f,i]}));"
    "var search=function(){var words=word.value.toLowerCase().split(/\\s+/),n=0;all.forEach(function(f,i){"
    "var is=words.every(function(w){return texts[i].indexOf(w)>=0});f.hidden=!is;n+=is});"
    "told.textContent=n+' of '+all.length};"
    "word.addEventListener('input',search);by.addEventListener('change',function(){var key=by.value;"
    "all.slice().sort(function(a,b){var c=0;"
    "if(key==='name'||key==='class'){var i=key==='name'?0:1;"
    "c=order(a.firstChild.children[i].textContent,b.firstChild.children[i].textContent,true)}"
    "else c=b.dataset[key]-a.dataset[key];return c||at.get(a)-at.get(b)}).forEach(function(f){list.appendChild(f)})});"
    "search();"
    "var made=new Map(),box=tools.querySelector('textarea');list.addEventListener('click',function(e){"
    "var c=e.target;if(c.tagName!=='CODE')return;var f=c.closest('details'),old=made.get(f.id);"
    "f.querySelectorAll('code').forEach(function(o){o.className=''});"
    "if(old===c.textContent)made.delete(f.id);else{made.set(f.id,c.textContent);c.className='on'}"
    "box.parentNode.hidden=made.size===0;box.value=Array.from(made.values()).join('\\n')+'\\n'});"
    "list.querySelectorAll('.cu').forEach(function(p){p.className+=' s'})}"
    "function open(){var f=d.getElementById(decodeURIComponent(location.hash.slice(1)));"
    "if(f&&f.tagName==='DETAILS'){f.open=true;f.scrollIntoView()}}"
    "addEventListener('hashchange',open);open()})();";

void rp_page_text(rp_file *file, const char *text)
{
    size_t length;
    for (const char *c = text; *c != '\0'; c += length > 0 ? length : 1) {
        length = rp_utf8_length(c);
        switch (*c) {
        case '<': rp_file_print(file, "&lt;"); break;
        case '>': rp_file_print(file, "&gt;"); break;
        case '&': rp_file_print(file, "&amp;"); break;
        case '"': rp_file_print(file, "&quot;"); break;
        default:
            rp_file_write(file, length > 0 ? c : RP_TEXT_REPLACEMENT,
                          length > 0 ? length : sizeof RP_TEXT_REPLACEMENT - 1);
        }
    }
}

const char *rp_page_number(double value, char text[RP_NUMBER_BYTES])
{
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%.0f", value < 0 || value > 1e15 ? 0 : value);
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) { /* U+2009, thin space */
            text[at++] = '\xe2';
            text[at++] = '\x80';
            text[at++] = '\x89';
        }
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

static void write_value(rp_file *file, const json_t *value)
{
    size_t i;
    json_t *item;
    const char *key;
    switch (json_typeof(value)) {
    case JSON_STRING: rp_page_text(file, json_string_value(value)); break;
    case JSON_INTEGER: rp_file_print(file, "%lld", (long long)json_integer_value(value)); break;
    case JSON_REAL: rp_file_print(file, "%.4g", json_real_value(value)); break;
    case JSON_TRUE: rp_file_print(file, "yes"); break;
    case JSON_ARRAY:
        json_array_foreach(value, i, item)
        {
            rp_file_print(file, "%s", i > 0 ? "&ndash;" : "");
            write_value(file, item);
        }
        break;
    case JSON_OBJECT:
        i = 0;
        json_object_foreach((json_t *)value, key, item)
        {
            rp_file_print(file, "%s", i++ > 0 ? ", " : "");
            rp_page_text(file, key);
            rp_file_print(file, " ");
            write_value(file, item);
        }
        break;
    default: break;
    }
}

void rp_page_facts(rp_file *file, const json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        rp_file_print(file, "<div><dt>");
        char name[64];
        (void)snprintf(name, sizeof name, "%s", key);
        for (char *c = name; *c != '\0'; c++)
            *c = *c == '_' ? ' ' : *c;
        rp_page_text(file, name);
        rp_file_print(file, "</dt><dd>");
        write_value(file, value);
        rp_file_print(file, "</dd></div>");
    }
}

void rp_page_begin(rp_file *file, const char *title, const char *version, const char *digest)
{
    rp_file_print(file, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                        "content=\"width=device-width,initial-scale=1\"><title>Repeats of ");
    rp_page_text(file, title);
    rp_file_print(file, "</title><style>");
    rp_file_write(file, STYLE, sizeof STYLE - 1);
    rp_file_print(file, "</style></head><body><header><h1>Repeats of ");
    rp_page_text(file, title);
    rp_file_print(file, "</h1><p>reprise-c ");
    rp_page_text(file, version);
    rp_file_print(file, " &middot; input ");
    rp_page_text(file, digest);
    rp_file_print(file, "</p></header>\n");
}

void rp_page_end(rp_file *file)
{
    rp_file_print(file, "<script>");
    rp_file_write(file, SCRIPT, sizeof SCRIPT - 1);
    rp_file_print(file, "</script></body></html>\n");
}

double rp_page_figure(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

const char *rp_page_fact(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

void rp_page_tools(rp_file *file)
{
    rp_file_print(
        file,
        "<div class=\"tools\" hidden><input type=\"search\" aria-label=\"search\" placeholder=\"name, class, "
        "evidence\"><label>sorted by <select><option value=\"bases\">bases</option><option "
        "value=\"copies\">copies</option><option value=\"length\">length</option><option "
        "value=\"divergence\">divergence</option><option value=\"class\">class</option><option "
        "value=\"name\">name</option></select></label><output></output><label class=\"dec\" hidden>decisions, for "
        "reprise-c curate<textarea rows=\"6\" spellcheck=\"false\"></textarea></label></div>");
}

static int compare_down(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a < b) - (a > b);
}

void rp_page_sort_down(uint64_t *values, size_t n)
{
    rp_sort(values, n, sizeof *values, compare_down);
}
