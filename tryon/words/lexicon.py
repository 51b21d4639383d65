"""Word or phrase -> meaning: what people call clothes, in English and Chinese.

Notable here:
- this file is data: one table a language, a row is `meaning: phrase, phrase, …`, going on in
  indented lines. To teach the program a word, add it to a row; no code needs to change.
- a meaning is `attribute=value`, several of them separated by spaces ("hot pink" is a colour and
  a shade); `!attribute=value` rules a value out; `type=skirt|dress` is the first value unless the
  sentence speaks of sleeves or a neckline, which only the second can have; `pattern=graphic?`
  gives way to any other pattern the sentence names ("printed with flowers"). `@direction`,
  `@scale` and `@motif` beside a pattern say how it lies, how large it is, which it is.
- a meaning `@role` marks a word that steers how others are read (by `grammar.py`). `@subject X`
  names an attribute ("sleeves"), `@long` to `@diagonal` are sizes and directions of the noun beside
  them. `@not`, `@less`, `@too` and `@bit` bear on what follows. `@alter`, `@replace`, `@paint`,
  `@source` and `@target` speak of a change ("turn … from … into …"), `@keep` and `@unchanged` of
  none. `@join`, `@break` and `@shift` part a sentence ("and", "but", "no wait"). `@ground` and
  `@accent` say which of two colours lies below. `@elsewhere` is no garment of ours, `@detail` a
  part of one. `@want` opens a wish, `@stop` says nothing, `@guard` keeps a phrase from being read
  word by word.
- English phrases match with spaces, hyphens or neither ("t-shirt", "t shirt", "tshirt"), in the
  plural, and with one typing error in longer words. Chinese ones match as they stand, the
  longest first; traditional characters are turned into simplified ones before.
"""

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType

_ENGLISH_TABLE = """
type=t-shirt: t-shirt, tee, tee shirt, tshrt, crew tee, muscle tee, henley, henley top, raglan tee,
  baby tee, jersey top
type=shirt: shirt, dress shirt, button down, button up, button down shirt, button up shirt,
  buttondown, oxford shirt, overshirt, rugby shirt, camp shirt
type=blouse: blouse, peasant top, smock top, smock, prairie top
type=polo: polo, polo shirt, polo top, golf shirt
type=tank-top: tank top, tank, vest top, vest, camisole, cami, cami top, singlet, muscle tank
type=tank-top sleeve=sleeveless: sleeveless vest
type=sweater: sweater, jumper, pullover, pull over, knit top, knitted top, fisherman jumper,
  aran jumper
type=sweater sleeve=sleeveless: sweater vest
type=sweater sleeve=sleeveless fabric=knit: knitted vest, knit vest, knitted tank top
type=sweater fabric=knit: knitwear
type=sweatshirt: sweatshirt, sweat shirt, crewneck sweat
type=hoodie: hoodie, hoody, hooded sweatshirt, hooded sweater, hooded jumper, hooded top,
  zip up hoodie
type=cardigan: cardigan, cardi, open knit, bolero, shrug
type=jacket: jacket, bomber, bomber jacket, puffer, puffer jacket, down jacket, windbreaker,
  biker jacket, moto jacket, rain jacket, anorak, shacket, shirt jacket, fleece jacket,
  track jacket, trucker jacket, blouson, varsity jacket, outerwear, cagoule, kagoule, kagool,
  windcheater, puffa jacket, ski jacket, shell jacket,
  winter jacket, spring jacket, autumn jacket
type=jacket fabric=denim: jean jacket
type=blazer: blazer, suit jacket, sport coat, sports coat, sports jacket, suit, tuxedo,
  dinner jacket
type=coat: coat, trench, trench coat, overcoat, parka, peacoat, pea coat, duster coat, raincoat,
  rain coat, duffle coat, mac, mackintosh, rain mac, teddy coat, topcoat, car coat,
  winter coat, spring coat, autumn coat
type=dress: dress, gown, evening gown, frock, sundress, sun dress, shirt dress, sweater dress,
  jumper dress, t-shirt dress, tee dress, polo dress, slip dress, pinafore dress, wrap dress,
  shift dress, one piece dress, qipao, cheongsam, kaftan, caftan, ball gown, sheath dress,
  tea dress, smock dress, prom dress, cocktail dress, evening dress, party dress, skater dress,
  swing dress, summer dress
type=dress colour=black: little black dress, lbd
type=dress length=long: maxi dress, maxi gown
type=dress length=short: mini dress, minidress
type=dress fit=slim: bodycon dress, pencil dress
type=dress sleeve=sleeveless: cami dress
type=skirt: skirt, pencil skirt, pleated skirt, tutu, kilt, skater skirt, circle skirt, wrap skirt,
  tiered skirt, a-line skirt, skort
type=skirt length=short: miniskirt, mini skirt
type=skirt length=long: maxi skirt
type=trousers: trousers, trouser, pants, pant, slacks, chinos, chino, dress pants, cargo pants,
  cargos, sweatpants, sweat pants, joggers, jogger, tracksuit bottoms, jogging bottoms,
  trackpants, track pants, culottes, palazzos, bottoms, flares, corduroys, cords, trackies,
  joggies, harem pants, palazzo pants, cigarette pants
type=trousers length=cropped: capri, capris, capri pants, pedal pusher
type=trousers colour=khaki: khakis
type=jeans: jeans, jean, denims, jeggings, mom jeans, dad jeans, bootcut jeans, flared jeans
type=jeans fit=loose: boyfriend jeans
type=leggings: leggings, legging, yoga pants, tights, stirrup pants
type=shorts: shorts, bermudas, bermuda shorts, hot pants, cycling shorts, bike shorts,
  boxers shorts, jorts, board shorts, cargo shorts, chino shorts, gym shorts, running shorts
type=shorts fabric=denim: jean shorts, denim shorts, denim cutoffs, denim cut offs
type=top: top, tops, tunic, long sleeve tops
type=top length=cropped: crop top, cropped top, bralette top, belly top

colour=black: black, jet black, ebony, onyx, blk, noir
colour=white: white, snow white, pure white, wht, chalk white, ice white, alabaster, chalk
colour=grey: grey, gray, greyish, grayish, heather grey, heather gray, heather, ash, slate,
  ash grey, smoke grey, pewter, steel grey, stone grey
colour=grey shade=dark: charcoal, charcoal grey, charcoal gray, graphite, anthracite, gunmetal
colour=grey shade=light: silver, silvery, light heather, dove grey, pearl grey
colour=red: red, crimson, scarlet, ruby, reddish, cherry, cherry red, tomato red, carmine,
  brick red, vermilion, blood red, cinnabar, garnet, brick, vermillion
colour=orange: orange, tangerine, burnt orange, pumpkin, amber, saffron
colour=orange shade=light: peach, coral, apricot, peachy, salmon, salmon pink
colour=orange shade=dark: rust, terracotta, copper, rusty, rust coloured, clay, burnt sienna,
  sienna, ginger
colour=yellow: yellow, gold, golden, yellowish, canary, sunflower, marigold, honey
colour=yellow shade=dark: mustard, ochre, ocher, mustard yellow
colour=yellow shade=light: lemon, lemon yellow, butter yellow
colour=green: green, emerald, emerald green, jade, kelly green, greenish, grass green, juniper,
  viridian
colour=green shade=dark: olive, olive green, forest green, bottle green, hunter green, army green,
  military green, racing green, pine green, moss, moss green
colour=green shade=light: mint, mint green, sage, sage green, pistachio, seafoam, sea foam,
  avocado green, avocado, duck egg
colour=green shade=bright: lime, lime green, neon green, chartreuse
colour=blue: blue, bluish, azure, sapphire, denim blue, cornflower, cornflower blue, ultramarine,
  steel blue
colour=blue shade=light: sky blue, baby blue, powder blue, ice blue, light wash blue,
  duck egg blue, periwinkle blue
colour=blue shade=bright: royal blue, cobalt, cobalt blue, electric blue, royal
colour=blue shade=dark: indigo, petrol blue, ink blue
colour=navy: navy, navy blue, blue navy, midnight blue, midnight
colour=purple: purple, violet, amethyst, purplish, iris
colour=purple shade=light: lavender, lilac, mauve, orchid, wisteria, periwinkle
colour=purple shade=dark: plum, aubergine, eggplant
colour=pink: pink, rose, rose pink, pinkish
colour=pink shade=light: blush, blush pink, baby pink, rose quartz
colour=pink shade=bright: hot pink, fuchsia, fuschia, magenta, shocking pink, neon pink, cerise,
  raspberry, bubblegum pink, bubblegum, flamingo pink, flamingo
colour=pink shade=pastel: dusty pink, dusty rose, millennial pink
colour=brown: brown, coffee, cocoa, mocha, brownish, cognac, chestnut, bronze, mink
colour=brown shade=dark: chocolate, chocolate brown, espresso, mahogany
colour=brown shade=light: camel, caramel, taupe, toffee, latte
colour=beige: beige, tan, nude, sand, oatmeal, fawn, biscuit, stone
colour=teal: teal, petrol, peacock blue, blue green, bluegreen, peacock
colour=teal shade=light: turquoise, aqua, cyan, aquamarine
colour=burgundy: burgundy, maroon, wine, wine red, bordeaux, oxblood, claret, merlot, mulberry
colour=khaki: khaki
colour=cream: cream, ivory, off-white, ecru, eggshell, vanilla, champagne, creamy, creme,
  offwhite, pearl, bone
colour=multicolour: multicolour, multicolor, multicoloured, multicolored, multi coloured,
  multi colored, multi colour, multi color, colourful, colorful, rainbow, tie dye, tie dyed,
  many colours, many colors, lots of colours, lots of colors

shade=light: light, lighter, pale, paler, light wash, light coloured, light colored, faded,
  lighten, washed out
shade=dark: dark, darker, deep, deeper, darken, dark wash, dark coloured, dark colored
shade=bright: bright, brighter, vivid, neon, vibrant, fluorescent, hi vis, saturated, brighten
shade=pastel: pastel, pastels, soft pastel, pastelly, muted pastel

pattern=plain: plain, solid, solid colour, solid color, one colour, one color, single colour,
  single color, unpatterned, patternless, no pattern, no patterns, without pattern,
  without patterns, without a pattern, without any pattern, without any patterns, no print,
  no prints, without print, without prints, without a print, without any print, block colour,
  block color
pattern=striped: striped, stripe, candy stripe, stripes, stripy, stripey, breton, lined pattern,
  nautical stripes
pattern=striped @direction=vertical @scale=small: pinstripe, pinstriped, pin stripe, pin striped
pattern=checked: checked, check, checks, checkered, chequered, checker, plaid, tartan,
  houndstooth, argyle, windowpane, buffalo plaid, checkerboard, lumberjack, madras
pattern=checked @motif=gingham: gingham, vichy
pattern=dotted: dotted, dots, dot, polka dot, polka dots, polka, polkadot, dotty, spotted, spots,
  spotty
pattern=floral: floral, flower, flowers, flowery, flower print, floral print, tropical, hawaiian,
  botanical, roses, ditsy, paisley, floral pattern, flowered, daisy, daisies, tulip, poppy, poppies,
  peony, peonies, lilies, blossom, petal, hibiscus, rosebud, palm leaves, palm tree, wildflower
pattern=graphic?: print, printed
pattern=graphic: graphic, logo, slogan, picture, graphics, band, artwork, lettering, cartoon,
  text print, emblem
pattern=camouflage: camouflage, camo, military print, camouflaged, army print, army pattern,
  army camo, military pattern
pattern=animal @motif=zebra: zebra, zebra print, zebra stripe, zebra striped, zebra pattern
pattern=animal @motif=tiger: tiger, tiger print, tiger stripe, tiger striped
pattern=animal @motif=snake: snake, snakeskin, snake print, python print
pattern=animal: animal, animal print, leopard, leopard print, cheetah, cheetah print, cow print,
  giraffe, giraffe print, leopard spots

sleeve=sleeveless: sleeveless, no sleeve, spaghetti strap, spaghetti straps, halter, halter neck,
  strappy, bare arms, armless, sleeves gone, sleeves off, sleeves removed
sleeve=short: short sleeve, short sleeved, half sleeve, half sleeved, cap sleeve, cap sleeved,
  elbow sleeve, shorter sleeve, shortsleeve, short arm, elbow length sleeve, elbow length,
  to the elbow, to my elbow, above the elbow
sleeve=three-quarter: three quarter sleeve, three quarter sleeved, 3/4 sleeve, 3/4 sleeved,
  three quarter length sleeve, 3/4 length sleeve, bracelet sleeve, 3/4, three quarter,
  three quarters, roll up the sleeves, rolled up sleeve, sleeves rolled up, rolled sleeve,
  sleeves rolled, roll the sleeves up
sleeve=long: long sleeve, long sleeved, full sleeve, full sleeved, longsleeve, longer sleeve,
  full length sleeve, wrist length, to the wrist, to my wrist
sleeve=sleeveless neckline=off-shoulder: strapless, bandeau, tube

neckline=crew: crew neck, crewneck, crew, round neck, round neckline, round collar, crew necked,
  round necked, circular neck
neckline=v: v neck, vneck, v-necked, deep v, v neckline, v shaped neck, plunging neckline,
  plunging, v shape neck, vee neck
neckline=scoop: scoop neck, scoop, scoop necked, scooped neck, scoop neckline, u neck, low neck,
  scooped, lower neck, lower neckline
neckline=boat: boat neck, bateau, bateau neck, boat neckline, boatneck
neckline=turtleneck: turtleneck, turtle neck, roll neck, rollneck, mock neck, mockneck, polo neck,
  poloneck, funnel neck, high neck, turtlenecked, rolled neck, cowl neck, higher neck,
  high collar, roll collar
neckline=collar: collar, collared, lapel, lapels, shirt collar, pointed collar, mandarin collar,
  stand collar, grandad collar, button down collar
!neckline=collar: collarless, uncollared
!neckline=hooded: hoodless
neckline=off-shoulder: off the shoulder, off shoulder, bardot, one shoulder, bare shoulder,
  bare shoulders, cold shoulder, open shoulder, open shoulders
neckline=hooded: hooded, hood

length=cropped: cropped, crop, cropped length, waist length
length=short: mini, thigh length, above the knee, mini length
length=regular: midi, knee length, hip length, regular length, normal length, standard length,
  midi length, tea length, mid length, to the knee, to my knee, reach my knee, reach the knee,
  down to the knee, down to my knee
length=long: maxi, ankle length, floor length, full length, longline, long line, tunic length,
  maxi length, floor sweeping, to the ankle, to my ankle, reach my ankle, reach the ankle,
  to the floor, reach the floor, touch the floor, down to the ankle, down to my ankle,
  down to the floor, sweep the floor

fit=slim: slim, slim fit, slim fitting, tight, tighter, tight fit, tight fitting, fitted, skinny,
  skinny fit, close fitting, bodycon, figure hugging, body hugging, hugging, form fitting, snug,
  tailored fit, slimmer, size down, smaller size, size smaller, smaller, narrower fit,
  one size down, fitting tightly, tight fitted, clingy
fit=regular: regular, regular fit, straight, straight leg, straight fit, classic fit,
  standard fit, normal fit, true to size, medium size
fit=loose: loose, loose fit, loose fitting, looser, oversized, oversize, over sized, baggy,
  baggier, relaxed, relaxed fit, roomy, roomier, wide leg, wide legged, slouchy, boxy, plus size,
  plus sized, size up, bigger size, size bigger, bigger, boyfriend fit, flowy, flowing, comfort fit,
  one size up, size larger, larger size, larger, wider fit

fabric=cotton: cotton, poplin, organic cotton
fabric=denim: denim, chambray, demin
fabric=knit: knit, knitted, cable knit, crochet, chunky knit, ribbed knit, cable knitted,
  knitting, crocheted
fabric=leather: leather, faux leather, vegan leather, pleather, patent leather, leatherette,
  leathery
fabric=silk: silk, silky, satin, satiny, silken
fabric=linen: linen, flax
fabric=lace: lace, lacy, laces, lacey
fabric=wool: wool, woolen, woollen, woolly, wooly, cashmere, merino, tweed, mohair, alpaca, boucle
fabric=velvet: velvet, velour, velvety, crushed velvet
fabric=suede: suede, faux suede, nubuck

@not: not, no, non, without, w/o, don't, dont, doesn't, doesnt, isn't, isnt, never, nothing,
  avoid, avoiding, hate, hates, dislike, except, excluding, except for, other than, anything but,
  everything but, all but, instead of, rather than, free of, minus, lose, remove, get rid of,
  take off, drop, skip, no more, neither, nor, don't want, dont want, do not want, do not like,
  don't like, dont like, take away, not a fan of, can't stand, cant stand, ditch, delete,
  without any, aren't, arent, wasn't, won't, not so, not too, not that, not very, not as,
  without the, cut off, removing, strip off, lacking, sick of, tired of, fed up with, bored of,
  bored with
@less: less
@too: too, overly
@shift: no wait, wait no, actually, scratch that, i mean, or rather, correction, hang on,
  on second thought, make that, changed my mind, oops
@alter: change, changing, switch, convert, transform
@replace: replace, replacing, substitute, swap, swapping, trade, exchange
@paint: turn, make, dye, paint, recolour, recolor, turned, dyed, making
@source: from
@target: to, into, with, for
@keep: keep, keeping, retain, preserve, same
@unchanged: as it is, as is, unchanged, untouched, the way it is, as they are
@accent: accent, accents

@subject sleeve: sleeve, arms
@subject colour: colour, color, hue, tone, colourway, colorway, shade, colouring
@subject length: length, hem, hemline, bottom hem
@subject fit: fit, size, fitting, sizing, cut, silhouette, sized
@subject neckline: neck, neckline
@subject pattern: pattern, design, motif, patterned, patterning
@subject fabric: fabric, material, cloth, made of, textile, texture
@subject type: type, garment, item, piece, clothes, clothing, apparel, outfit

@long: long, longer, lengthen, lengthened, lengthy, extended, longish
@short: short, shorter, shorten, shortened, shortish
@big: big, large, huge, extra large, giant
@small: small, tiny, extra small, little, petite
@medium: medium, mid
@wide: wide, wider, broad
@narrow: narrow, narrower
@thick: thick, thicker, bold, chunky
@thin: thin, thinner, fine, delicate
@vertical: vertical, vertically, upright
@horizontal: horizontal, horizontally, sideways
@diagonal: diagonal, diagonally

@join: and, or, &, +, /, plus, as well as, n
@break: but, in, just, only, on, over, under, underneath, while, because, then, having, has,
  wear with, paired with, that, which, so, featuring, worn, against, beneath, to go, to match,
  to wear, matching, instead
@ground: background, base, ground

@elsewhere: scarf, shawl, shoe, sneaker, trainer, boot, heel, sandal, slipper, loafer, hat, cap,
  beanie, beret, glove, mitten, belt, bag, handbag, purse, backpack, sock, stocking, tie, bow tie,
  bowtie, necktie, necklace, bracelet, ring, earring, jewellery, jewelry, watch, glasses,
  sunglasses, bra, underwear, panties, lingerie, swimsuit, bikini, swimwear, swimming trunks,
  jumpsuit, romper, playsuit, overalls, dungarees, onesie, pyjama, pajama, kimono, poncho, cape,
  cloak, waistcoat, gilet, sarong, sari, saree, bodysuit, apron, robe, bathrobe, umbrella, mask,
  helmet, tracksuit, wig, crown, veil, headband, flip flop, boxer, leg warmer, cummerbund,
  high heels, dress shoe, ankle boot, knee boot, crew sock, suspenders, braces, sleeping bag
@detail: pocket, button, zip, zipper, trim, trimming, lining, cuff, waistband, piping, bow,
  ruffle, frill, fringe, drawstring, patch, embroidery, stitching, seam, edging, panel, sequin,
  bead, buckle, stud, lace up, strap, cami strap, pleat

@stop: body, leave, leaving,
  a, an, the, this, that one, these, those, it, its, it's, is, are, be, been, being, was,
  were, am, i, i'd, id, i'm, im, i've, ive, i'll, me, my, mine, myself, you, your, u, ur, we, us,
  our, he, she, they, them, his, her, their, of, at, by, as, if, than, there, here, what, what's,
  whats, how, how's, when, where, why, who, whose, do, does, did, doing, done, can, could, would,
  should, will, shall, may, might, must, can't, cannot, couldn't, wouldn't, let, let's, lets,
  please, pls, plz, plez, thanks, thank, thx, ty, cheers, hi, hello, hey, yo, dear, ok, okay, yes,
  yeah, yep, sure, want, wants, wanna, wanted, wanting, like, likes, liked, love, loves, need,
  needs, needed, wish, prefer, preferred, preferably, looking, look, looks, see, seeing, seen,
  show, showing, shows, shown, wear, wearing, wears, try, trying, tried, put, give, gimme, gives,
  get, getting, got, have, had, find, search, searching, pick, choose, chose, buy, order, go,
  going, gonna, come, take, took, use, using, used, some, something, somethin, smth, sth,
  any, anything, thing, things, stuff, one, ones, another, other, others, all, every, each, both,
  either, more, most, much, many, lot, lots, very, really, quite, rather, pretty, super, so much,
  totally, absolutely, slightly, somewhat, bit, a bit, tad, a little, a lot, kinda, kind, kind of,
  sort, sort of, maybe, perhaps, probably, possibly, again, also, still, even, ever, yet, now,
  today, well, similar, exactly, different, version, style, styled, colored, coloured,
  same thing, thingy, new, nice, nicely, good, great, cool, bro, dude, man's one, mate, guys,
  folks, up, out, off, down, away, back, around, about, after, before, between, through, during,
  too much, me wear, myself wearing, add, adding, include, including, apply, set, generate,
  create, produce, draw, design me, picture me, it to be, wish for, think, thinking, thought,
  guess, believe, say, says, said, tell, know, knows, help, ask, asking, imagine, why not,
  not sure, not only, no problem, of course, instead please, please make, because of, i want,
  would like, i'd like, going to, going for, able, able to, called, named, e, s, d, t, ll, re, ve,
  im looking, shades, would i, version of, made, makes, the one, real, really want, ya, wit, 4,
  for the, fits, it fit, fit me, suit me, suits me, as if, feel, feels, feeling
@guard: high waisted, low waisted, mid rise, high rise, low rise, boot cut, bell sleeve,
  puff sleeve, balloon sleeve, raglan sleeve, batwing sleeve, square neck, sweetheart neckline,
  halter back, light weight, lightweight, heavyweight, stone washed, acid wash, below the knee,
  crop circle, tea party, wine bar, boat trip, rose garden, beach, brand, brush, bland, blaze,
  blown, cameo, cards, carton, cheek, cheeks, cellar, charge, cheery, chick, chicks, china, chopped,
  chuck, cling, clown, cores, corps, crepe, crime, denies, dregs, dressy, faced, faked, famed,
  fares, flames, flare, flared, flavour, flock, flora, flown, gravy, greed, halted, heater, heathen,
  jacked, jaded, jumped, knotted, knotting, label, labels, lacks, lager, lagging, lakes, lance,
  lanes, lather, leotard, linger, liken, liven, logging, loser, maternal, maxim, nudge, painted,
  panes, paper, parks, party, parts, paste, pasted, patrol, payer, pears, perch, pictured, pieced,
  pierce, pints, placid, plane, planet, plank, plant, plants, plump, poach, preach, printer,
  puffed, quartet, related, relaxes, ripped, rises, roles, rooms, ropes, rouse, rugby, sacks,
  salon, saloon, seize, seized, shabby, shaded, shady, shake, shame, share, shave, shimmer, shift,
  shire, shone, shoots, shores, shouts, sided, sited, slack, slave, slicks, sliver, slots,
  smocked, smocking, snacks, snare, spade, spate, sporty, stage, stain, stained, stake, state,
  stole, stony, stove, stride, strife, strike, strikes, strip, stripped, strips, strive, study,
  suite, sulky, swift, swoop, textured, timer, toned, tonic, topical, tubed, typed, violent,
  washed, whine, whiten, wholly, wince, woody, work, plan, string, strings, straight up, greet,
  block, blank, press, fleece, flannel, corduroy, chiffon, polyester, spandex, nylon, jersey,
  mesh, tulle, fur, faux fur, quilted, ribbed, pleated, tailored, distressed, asymmetric,
  asymmetrical, peplum, ruched, embellished, embroidered, backless, tie front, tie waist,
  bow tie neck, belted, wrap front, two tone
"""

_CHINESE_TABLE = """
type=t-shirt: t恤, t恤衫, 体恤, 体恤衫, 恤衫, 梯恤, 汗衫, tee, 圆领衫, 文化衫, 短t, 长t, t桖
type=shirt: 衬衫, 衬衣, 正装衬衫, 衬杉, 男衬衫, 寸衫, 村衫
type=blouse: 女式衬衫, 女士衬衫, 女衬衫, 雪纺衫, 罩衫, 女式衬衣, 女士衬衣, 女衬衣, 雪纺上衣, 娃娃衫
type=polo: polo衫, polo, 保罗衫, 马球衫, 高尔夫球衫
type=tank-top: 背心, 吊带, 吊带背心, 吊带衫, 小吊带, 工字背心, 小背心, 运动背心, 健身背心
type=tank-top sleeve=sleeveless: 无袖背心, 无袖吊带
type=sweater: 毛衣, 毛线衣, 套头衫, 毛衫, 线衣, 毛线衫, 毛依, 套头毛衣
type=sweater fabric=knit: 针织衫, 针织毛衣, 针织上衣, 针织套头衫
type=sweater fabric=wool: 羊毛衫, 羊绒衫, 羊毛毛衣, 羊绒毛衣
type=sweater fabric=knit sleeve=sleeveless: 毛背心, 毛线背心, 针织背心, 毛衣背心, 毛线马甲,
  针织马甲, 毛衣马甲
type=sweatshirt: 卫衣, 圆领卫衣衫, 运动衫, 卫依
type=hoodie: 连帽衫, 帽衫, 连帽卫衣, 带帽卫衣, 套头帽衫, 帽t, 连帽套头衫, 有帽卫衣
type=cardigan: 开衫, 针织外套, 毛衣外套, 毛衣开衫
type=cardigan fabric=knit: 针织开衫
type=jacket: 夹克, 外套, 夹克衫, 羽绒服, 飞行员夹克, 飞行夹克, 冲锋衣, 棉服, 棉衣, 棉袄, 机车夹克,
  棒球服, 派克服, 外衣, 茄克, 风雪衣, 防晒衣, 羽绒外套, 机车外套, 工装外套, 小外套
type=jacket fabric=leather: 皮衣, 皮夹克, 皮外套, 皮衣外套, 机车皮衣
type=jacket length=cropped: 短外套, 短夹克
type=jacket fabric=denim: 牛仔外套, 牛仔夹克, 牛仔衣
type=blazer: 西装, 西装外套, 西服, 西服外套, 小西装, 西装上衣, 小西服, 正装外套
type=coat length=long: 长大衣, 长风衣
type=coat: 大衣, 风衣, 外套大衣, 呢子大衣, 派克大衣, 军大衣, 雨衣, 风衣外套, 大衣外套
type=coat fabric=wool: 毛呢大衣, 呢大衣, 毛呢外套, 呢子外套, 羊绒大衣, 羊毛大衣
type=dress fabric=knit: 针织裙, 针织连衣裙
type=dress: 连衣裙, 连身裙, 洋装, 礼服, 晚礼服, 礼服裙, 衬衫裙, 毛衣裙, 卫衣裙, t恤裙,
  旗袍, 公主裙, 婚纱, 睡裙, 裹身裙, 茶歇裙, 背带裙, 连衣长裙, 娃娃裙, 露背裙, 马甲裙, a字连衣裙
type=dress colour=black: 小黑裙
type=dress sleeve=sleeveless: 吊带裙, 吊带连衣裙, 背心裙
type=dress pattern=floral: 碎花裙, 碎花长裙
type=dress sleeve=long: 长袖裙
type=dress sleeve=short: 短袖裙
type=skirt|dress: 裙子, 裙, 大摆裙, 裙装
type=skirt|dress length=long: 长裙, 长裙子
type=skirt|dress length=short: 短裙, 短裙子
type=skirt: 半身裙, 半裙, a字裙, 百褶裙, 百折裙, 铅笔裙, 伞裙, 纱裙, 蓬蓬裙, 鱼尾裙, 下裙, 半截裙,
  蛋糕裙
type=skirt length=long: 半身长裙
type=skirt length=short: 超短裙, 迷你裙, 半身短裙
type=skirt fit=slim: 包臀裙, 一步裙
type=skirt fabric=denim: 牛仔裙, 牛仔半身裙
type=skirt fabric=denim length=short: 牛仔短裙
type=skirt fabric=leather: 皮裙
type=trousers fit=regular: 直筒裤
type=trousers: 长裤, 裤子, 裤, 西裤, 西装裤, 休闲裤, 运动裤, 工装裤, 卫裤, 哈伦裤, 喇叭裤,
  九分裤, 烟管裤, 束脚裤, 正装裤, 棉裤, 灯笼裤, 长裤子, 微喇裤, 老爹裤, 冲锋裤, 居家裤, 束脚运动裤
type=trousers fit=loose: 阔腿裤, 宽腿裤
type=trousers fit=slim: 小脚裤, 铅笔裤, 紧身裤
type=trousers length=cropped: 七分裤
type=trousers fabric=leather: 皮裤
type=jeans: 牛仔裤, 牛仔长裤, 仔裤, 喇叭牛仔裤
type=jeans fit=loose: 阔腿牛仔裤
type=leggings: 打底裤, 瑜伽裤, 瑜珈裤, 鲨鱼裤, 健身裤, 紧身打底裤, 内搭裤
type=shorts: 短裤, 热裤, 五分裤, 沙滩裤, 中裤, 骑行裤, 工装短裤, 百慕大短裤
type=shorts fabric=denim: 牛仔短裤, 牛仔热裤
type=top: 上衣, 打底衫, 小衫, 上装, 内搭, 衣衫
type=top length=cropped: 露脐装, 露脐上衣, 短上衣

colour=black pattern=plain: 纯黑, 纯黑色
colour=black: 黑, 黑色, 黑色系, 墨黑, 玄色, 正黑, 漆黑
colour=white pattern=plain: 纯白, 纯白色
colour=white: 白, 白色, 雪白, 本白, 漂白, 月白, 月白色
colour=grey: 灰, 灰色, 麻灰, 高级灰, 烟灰, 烟灰色, 青灰
colour=grey shade=dark: 炭灰, 炭灰色, 碳灰, 碳灰色, 铁灰, 石墨灰, 太空灰, 深空灰
colour=grey shade=light: 银色, 银灰, 银灰色, 银白
colour=red: 红, 红色, 大红, 大红色, 朱红, 正红, 正红色, 鲜红, 中国红, 红的, 砖红, 番茄红, 辣椒红,
  樱桃红
colour=orange: 橙, 橙色, 橘色, 桔色, 橘红, 桔红, 橘黄, 橙红, 橘, 桔, 橘黄色, 橘红色, 橙黄
colour=orange shade=light: 蜜桃色, 珊瑚色, 珊瑚红, 珊瑚橙, 桃色, 蜜桃粉
colour=orange shade=dark: 铁锈色, 铁锈红, 锈红, 砖橙, 焦糖橙, 锈色
colour=yellow: 黄, 黄色, 金色, 金黄, 明黄, 柠檬黄, 金黄色
colour=yellow shade=dark: 姜黄, 姜黄色, 芥末黄, 土黄, 芥黄
colour=yellow shade=light: 鹅黄, 鹅黄色, 嫩黄, 奶黄, 柠檬色
colour=green: 绿, 绿色, 翠绿, 草绿, 祖母绿, 翠绿色, 果绿, 苹果绿
colour=green shade=dark: 墨绿, 墨绿色, 军绿, 军绿色, 橄榄绿, 森林绿, 橄榄色, 军旅绿, 苔绿, 黛绿,
  松绿
colour=green shade=light: 薄荷绿, 豆绿, 嫩绿, 抹茶绿, 牛油果绿, 豆沙绿, 薄荷色, 抹茶色, 牛油果色,
  鼠尾草绿
colour=green shade=bright: 荧光绿, 青柠色, 青柠绿
colour=blue: 蓝, 蓝色, 兰色, 牛仔蓝, 蔚蓝, 克莱因蓝
colour=blue shade=light: 天蓝, 天蓝色, 湖蓝, 湖蓝色, 冰蓝, 婴儿蓝, 雾霾蓝, 浅兰, 粉蓝,
  粉蓝色, 雾蓝
colour=blue shade=bright: 宝蓝, 宝蓝色, 电光蓝, 皇家蓝, 宝石蓝
colour=blue shade=dark: 靛蓝, 靛蓝色, 黛蓝, 黛色
colour=navy: 藏青, 藏青色, 藏蓝, 藏蓝色, 海军蓝, 午夜蓝, 海军色, 墨蓝, 深海蓝, 绀色
colour=purple: 紫, 紫色, 紫罗兰, 紫罗兰色
colour=purple shade=light: 薰衣草紫, 薰衣草色, 香芋紫, 丁香紫, 香芋色, 藕荷色, 丁香色
colour=purple shade=dark: 茄子紫, 葡萄紫, 紫黑
colour=pink: 粉, 粉色, 粉红, 粉红色, 玫瑰粉
colour=pink shade=light: 樱花粉, 婴儿粉, 藕粉, 雾粉, 雾粉色, 烟粉, 烟粉色, 裸粉, 裸粉色, 香槟粉,
  玫瑰金, 灰粉
colour=pink shade=bright: 玫红, 玫红色, 桃红, 桃红色, 荧光粉, 芭比粉, 玫瑰红, 西瓜红
colour=brown: 棕, 棕色, 褐色, 咖啡色, 咖色, 棕褐, 褐, 咖, 栗色, 红棕, 咖啡, 摩卡色, 榛子色, 栗棕
colour=brown shade=dark: 巧克力色, 深咖
colour=brown shade=light: 驼色, 焦糖色, 驼, 奶茶色, 奶咖色, 奶咖, 焦糖, 奶茶
colour=beige: 米色, 杏色, 裸色, 肉色, 燕麦色, 沙色, 米驼色, 豆沙色, 米黄, 米黄色, 杏, 豆沙
colour=teal: 蓝绿色, 蓝绿, 青色, 孔雀蓝, 孔雀绿, 青绿, 青绿色
colour=teal shade=light: 绿松石色, 蒂芙尼蓝, 水蓝绿
colour=burgundy: 酒红, 酒红色, 枣红, 枣红色, 红酒色, 勃艮第, 葡萄酒红, 绛红, 车厘子红, 车厘子色
colour=khaki: 卡其, 卡其色, 卡其布色
colour=cream: 奶油色, 奶油白, 米白, 米白色, 奶白, 奶白色, 乳白, 乳白色, 象牙白, 象牙色, 香槟色,
  杏仁白, 燕麦白, 奶油, 香槟金, 香槟
colour=multicolour: 彩色, 五颜六色, 彩虹, 彩虹色, 多彩, 扎染, 花花绿绿, 多色, 撞色, 五彩, 拼色

shade=light: 浅色, 浅, 淡, 淡色, 浅色系, 淡淡, 淡雅
shade=dark: 深色, 深, 暗, 暗色, 深色系, 偏深
shade=bright: 鲜艳, 亮色, 荧光, 亮, 鲜亮, 明亮, 艳丽, 荧光色, 鲜明, 亮丽
shade=pastel: 淡彩, 马卡龙, 马卡龙色, 粉彩, 淡彩色, 粉嫩

pattern=plain: 纯色, 素色, 净色, 单色, 没有图案, 无图案, 不要图案, 没图案, 没有花纹, 无花纹,
  不要花纹, 不带图案, 没花纹, 纯, 素面, 光板, 不要任何图案, 去掉图案
pattern=striped @direction=vertical: 竖条, 竖条纹, 竖纹, 竖条子
pattern=striped @direction=horizontal: 横条, 横条纹, 横纹, 横条子
pattern=striped @direction=diagonal: 斜条纹, 斜纹条
pattern=striped @scale=small: 细条, 细条纹
pattern=striped @scale=large: 宽条, 宽条纹, 粗条纹
type=top pattern=striped: 海魂衫
pattern=striped: 条纹, 条文, 条子, 海魂, 条状
pattern=checked @scale=small: 小格子, 小格, 细格, 小方格
pattern=checked @scale=large: 大格子, 大格
pattern=checked: 格子, 格纹, 格, 千鸟格, 苏格兰格, 方格, 棋盘格, 格仔, 威尔士格, 菱格, 格文
pattern=dotted @scale=small: 小圆点, 小波点
pattern=dotted @scale=large: 大圆点, 大波点
pattern=dotted: 圆点, 波点, 点点, 波尔卡, 斑点, 波点纹, 圆点图案, 波卡
pattern=floral?: 印花, 花纹, 花
pattern=floral @scale=small: 小花, 小碎花
pattern=floral @scale=large: 大花, 大碎花
pattern=floral: 碎花, 花朵, 花卉, 夏威夷, 热带, 玫瑰花, 碎花图案, 花朵图案
pattern=graphic?: 图案, 印着, 印有, 印了, 画着, 带印
pattern=graphic: 卡通, logo, 标志, 字母, 印字, 文字, 图片, 标语, 涂鸦, 商标, 字样
pattern=camouflage: 迷彩, 迷彩图案, 迷彩色
pattern=animal @motif=zebra: 斑马纹, 斑马条纹, 斑马
pattern=animal @motif=tiger: 虎纹, 老虎纹
pattern=animal @motif=snake: 蛇纹, 蛇皮纹
pattern=animal: 动物纹, 豹纹, 奶牛纹, 豹点, 动物图案, 豹文

sleeve=sleeveless: 无袖, 没袖, 坎袖, 去袖, 无袖子, 挂脖, 没有袖, 免袖
sleeve=short: 短袖, 半袖, 五分袖, 短袖子, 短秀, 盖袖, 飞飞袖, 小飞袖, 袖子剪短,
  袖子改短, 剪短袖子, 到手肘, 到肘, 到肘部, 及肘, 手肘以上
sleeve=three-quarter: 七分袖, 中袖, 八分袖, 6分袖, 7分袖, 六分袖, 中长袖, 袖子卷起来, 袖子挽起来,
  卷袖, 挽袖, 卷起袖子, 挽起袖子
sleeve=long: 长袖, 长袖子, 九分袖, 全袖, 长秀, 袖子加长, 袖子改长, 加长袖子
sleeve=sleeveless neckline=off-shoulder: 抹胸, 裹胸

neckline=crew: 圆领, 小圆领
neckline=v: v领, v字领, 鸡心领, 深v, 大v领, 深v领, 小v领, v型领, v形领
neckline=scoop: 大圆领, u领, 低领, u型领, u形领, u字领, 低圆领
neckline=boat: 一字领, 船领, 船形领, 船型领
neckline=turtleneck: 高领, 半高领, 樽领, 堆堆领, 小高领, 中领, 高翻领, 半高
neckline=collar: 翻领, 衬衫领, 立领, polo领, 西装领, 尖领, 有领, 带领, 方领衬衫领, 带领子, 有领子,
  领子翻
!neckline=collar: 无领, 没领, 没有领子, 无领子, 不带领子, 不要领子, 不要领, 去掉领子, 没领子
neckline=off-shoulder: 露肩, 一字肩, 斜肩, 单肩, 漏肩, 挂肩
neckline=hooded: 连帽, 带帽, 有帽, 带帽子, 有帽子, 连帽子, 加帽子, 帽兜, 兜帽
!neckline=hooded: 不要帽子, 不带帽子, 没有帽子, 不要帽, 无帽, 不带帽, 没帽子, 去掉帽子, 没有帽,
  不要连帽, 不连帽, 去帽, 去掉帽

length=cropped: 露脐, 短版, 高腰短款
length=short: 短款, 迷你, 膝上, 膝盖以上, 膝盖上面, 膝以上, 短式, 超短, 短款的
length=regular: 中长款, 及膝, 膝盖以下, 到膝盖, 齐膝, 膝下, 到小腿, 中长,
  过膝, 常规长度, 常规款, 中款, 常规, 标准长度, 正常长度
length=long: 长款, 及踝, 拖地, 加长, 加长款, 长版, 到脚踝, 超长, 长及脚踝, 长式, 到脚面, 到地

fit=slim: 修身, 紧身, 贴身, 显瘦, 收腰, 小码, 小号, 紧致, 小一号, 小一码, 小1码, 紧身款, 修身款,
  小版, skinny, xs码, s码, xs号, s号, 加小, 包身, 收身, 小1号, 合体修身
fit=regular: 合身, 合体, 直筒, 标准版型, 常规版型, 中码, 中号, m码, l码, m号, l号, 均码, 正常版型,
  正常码, 适中, 标准码
fit=loose: 宽松, 宽大, 大码, 大号, 加大码, 加肥, 大一号, 大一码, 大1码, 宽版, 慵懒, 肥大,
  oversize, oversized, xl码, xxl码, xxxl码, 2xl码, 3xl码, xl号, xxl号, 特大号, 加大, 阔, 阔腿,
  bf风, 廓形, 休闲版型, 宽松款, 宽松版, 加肥加大, 特大码, 加大号, 超大, 宽宽大大, 大1号, 落肩, 肥

fabric=cotton: 棉, 纯棉, 全棉, 棉质, 棉布, 精梳棉
fabric=denim: 牛仔, 牛仔布, 丹宁, 单宁
fabric=knit: 针织, 麻花针织, 粗针, 毛线, 粗线, 钩针, 钩花, 麻花
fabric=leather: 皮, 皮革, 皮质, 真皮, 羊皮, 牛皮, pu皮, 人造皮, 仿皮
fabric=silk: 丝绸, 真丝, 丝质, 缎面, 绸缎, 桑蚕丝, 丝, 缎, 色丁, 绸, 丝滑
fabric=linen: 亚麻, 棉麻, 麻, 麻料, 苎麻
fabric=lace: 蕾丝, 蕾丝花边, 镂空蕾丝
fabric=wool: 羊毛, 羊绒, 毛呢, 呢子, 粗花呢, 马海毛, 呢料, 羊驼毛, 纯羊毛
fabric=velvet: 天鹅绒, 丝绒, 金丝绒
fabric=suede: 麂皮, 翻毛皮, 鹿皮绒, 磨砂皮, 麂皮绒

@not: 不要, 不想要, 不想, 不是, 不带, 不喜欢, 别, 没有, 没, 无, 非, 去掉, 去除, 除了, 而不是,
  不需要, 不用, 不能, 不能是, 讨厌, 避免, 不含, 不加, 拿掉, 除去, 除, 不爱, 不可以, 不该, 删掉,
  不穿, 取消, 不准, 拒绝, 不希望, 移除, 不太想要, 不要任何, 不要有, 没那么, 不要那么, 不要太,
  不好看, 难看, 太丑, 不合适, 不适合, 看腻了, 穿腻了, 腻了,
  别太, 不要那么太, 别那么, 不那么, 不太, 不要再, 不怎么喜欢, 没有任何, 剪掉, 去了
@less: 少点, 少一点
@too: 太, 过于, 过分
@shift: 算了, 不对, 错了, 等等, 改主意, 说错了, 还是要, 不不
@alter: 把, 将
@replace: 代替, 替换
@paint: 染
@source: 从
@target: 换成, 改成, 变成, 改为, 换为, 变为, 染成, 换, 替换成, 替换为, 调成, 做成, 换做, 转成
@keep: 保留, 保持, 留着, 留下
@unchanged: 不变, 不动, 不要动, 别动, 不要改, 别改, 不用改, 不要变, 别变
@want: 要, 想要, 就要, 只要, 我要, 而是, 需要, 来, 想
@ground: 底, 底色, 打底

@subject sleeve: 袖子, 袖, 衣袖, 袖长, 秀子
@subject colour: 颜色, 色, 配色, 色调, 色彩, 色系, 色号
@subject length: 长度, 衣长, 下摆, 裙长, 裤长, 裤腿, 裙摆, 衣摆
@subject fit: 版型, 尺码, 尺寸, 腰, 腰身, 码, 大小, 码数
@subject neckline: 领子, 领口, 领, 领型
@subject pattern: 花样, 纹样, 纹路, 纹理
@subject fabric: 面料, 材质, 料子, 布料, 质地
@subject type: 款式, 衣服, 品类, 类型, 单品, 服装

@long: 长
@short: 短
@big: 大
@small: 小
@wide: 宽, 粗, 松
@narrow: 窄, 细, 紧, 瘦
@high: 高
@low: 低
@vertical: 竖, 竖向, 纵向
@horizontal: 横, 横向
@diagonal: 斜, 斜向
@bit: 一点, 点, 一些, 点儿, 一点点, 些, 一点儿, 一号, 一截, 一丢丢, 有点, 稍微, 再, 更, 稍, 变,
  改, 加, 偏, 略, 了点, 得多, 很多, 比较, 一些的, 调, 略微, 一丁点, 很, 挺, 特别, 非常

@join: 和, 与, 或, 或者, 跟, 及, 还有, 以及, 相间, 拼, 或是, 、
@break: 配, 但, 但是, 只是, 就是, 不过, 搭配, 搭, 带, 有, 外面, 里面, 而且, 然后, 穿在, 并且,
  同时, 下面, 上面, 配上, 套, 可是, 最好

@elsewhere: 围巾, 披肩, 丝巾, 鞋, 鞋子, 运动鞋, 靴子, 靴, 高跟鞋, 凉鞋, 拖鞋, 皮鞋, 球鞋, 长靴,
  短靴, 帽子, 棒球帽, 手套, 腰带, 皮带, 包, 包包, 手提包, 背包, 书包, 皮包, 袜子, 丝袜, 长袜, 袜,
  领带, 领结, 项链, 手链, 戒指, 耳环, 首饰, 手表, 眼镜, 墨镜, 太阳镜, 内衣, 内裤, 文胸, 泳衣,
  比基尼, 泳裤, 连体裤, 连体衣, 背带裤, 睡衣, 和服, 斗篷, 披风, 马甲, 马夹, 围裙, 浴袍, 雨伞,
  口罩, 头盔, 假发, 头巾, 发带, 汉服, 套装, 运动套装, 帆布鞋, 小白鞋, 贝雷帽, 毛线帽, 渔夫帽,
  坎肩, 胸罩, 西装马甲
@detail: 口袋, 扣子, 纽扣, 拉链, 花边, 里衬, 袖口, 腰头, 滚边, 蝴蝶结, 荷叶边, 流苏, 抽绳, 补丁,
  刺绣, 亮片, 珠子, 肩带, 绑带, 包边, 镶边, 贴布

@stop: 的, 了, 吗, 呢子吗, 吧, 啊, 呀, 哦, 嘛, 呗, 哈, 啦, 得, 地, 着, 过, 是, 我, 你, 您, 他, 她,
  它, 我们, 你们, 这, 那, 这个, 那个, 这件, 那件, 这条, 那条, 这款, 那款, 此, 该, 一件, 一条,
  一个, 一款, 一套, 一身, 件, 条, 个, 款, 款的, 身, 套的, 来件, 来条, 来一件, 来一条, 来个, 请,
  请问, 麻烦, 谢谢, 谢谢你, 多谢, 感谢, 你好, 您好, 嗨, 哈喽, 亲, 帮我, 帮, 给我, 给, 让我, 让,
  看看, 看一下, 看, 试试, 试穿, 试一下, 试, 穿, 穿上, 穿着, 穿的, 找, 找一件, 找个, 找一条, 我想,
  我想要, 我要一件, 想要一件, 想要一条, 想买, 买, 买件, 买条, 想找, 想试, 想看, 想看看, 能不能,
  能, 能否, 可以, 可不可以, 可以吗, 可以的话, 会, 会是, 好吗, 行吗, 行不行, 有没有, 什么, 什么样,
  呢, 怎么样, 怎样, 怎么, 样子, 样, 样式, 好看, 好, 不错, 漂亮, 一样的, 一样, 同款, 同样, 相同,
  类似, 这样, 那种, 这种, 种, 一种, 都, 都可以, 都行, 也, 也行, 还, 还是, 就, 就好, 就行, 就可以,
  只, 又, 或许, 可能, 大概, 应该, 也许, 最, 真, 真的, 那么, 这么, 在, 到, 去, 上, 下, 里, 用, 以,
  为, 为了, 比, 被, 于, 之, 所, 如果, 的话, 因为, 所以, 一下, 一, 两, 儿, 明白, 知道, 不知道,
  不好意思, 觉得, 感觉, 喜欢, 爱, 希望, 比如, 例如, 换件, 换条, 换个, 换一件, 换一条, 生成, 画,
  做, 做一件, 设计, 成, 版, 风, 系, 型, 类, 是不是, 好不好, 请给我, 麻烦给我, 别的, 其他, 其它,
  要是, 哪, 啥, 咋, 呢子呢, 么, 呃, 嗯, 额, 那, 哪些, 需要一件, 要一件, 要一条, 要个, 想穿, 左右,
  白白, 要不, 衣, 全, 整件, 全身, 全部, 满, 的样子, 让我看看, 起来, 一起, 当, 当作, 把它, 将它,
  姐, 吗？, 呢？, 加上, 添加, 增加, 加点, 来点, 对, 对了, 更加, 多, 再来, 来一, 两种, 见, 如何,
  感, 式, 子, 这里, 那里
@guard: 多少钱, 价钱, 女朋友, 男朋友, 朋友, 法式,
  百搭, 显白, 显黑, 皮草, 人造皮草, 搭扣, 大家, 小姐姐, 小哥哥, 大方, 大气, 小清新, 深圳,
  松紧, 松紧腰,
  白天, 黑夜, 粉丝, 明天, 今天, 小姐, 大学, 大人, 小孩, 小朋友, 小众, 大牌, 长沙, 高级, 高级感,
  高端, 高腰, 低腰, 高个子, 高中, 中年, 高贵, 花店, 花园, 花费, 开花, 鲜花店, 短视频, 短信, 长辈,
  长期, 成长, 校长, 长得, 小个子, 大叔, 大妈, 小伙子, 加油, 无聊, 无论, 无所谓, 非要, 除非,
  特别的日子, 别墅, 别人, 分别, 区别, 个别, 级别, 没事, 没关系, 没问题, 点击, 地点, 优点, 缺点,
  特点, 观点, 早点, 网格, 性格, 价格, 风格, 资格, 合格, 表格, 严格, 规格, 皮肤, 调皮, 包括, 包邮,
  书呆子, 灯芯绒, 抓绒, 羊羔毛, 摇粒绒, 泡泡袖, 灯笼袖, 喇叭袖, 蝙蝠袖, 荷叶袖, 泡泡袖子, 娃娃领,
  方领, 彼得潘领, 方形领, 男士, 女士, 男款, 女款, 男生, 女生, 男, 女, 儿童, 婚礼, 姐姐, 妹妹,
  妈妈, 爸爸, 海边, 夏天, 冬天, 秋天, 春天, 夏季, 冬季, 秋季, 春季, 夏日, 上班, 约会, 旅行, 派对,
  日常, 通勤, 正装, 休闲, 运动, 复古, 时尚, 破洞, 百褶, 褶皱, 红毯, 红包, 黑科技, 白领, 金领,
  绿化, 蓝牙, 灰尘, 黄金, 棕熊, 花钱, 小时, 大小姐, 长相, 短发, 长发, 大海, 宽容, 紧张, 紧急,
  轻松, 放松, 来自, 未来, 本来, 丝毫, 粉底, 粉刺, 彻底, 到底, 年底, 海底, 底部, 牛津纺, 雪纺,
  涤纶, 大腿, 小腿, 罗纹, 坑条, 春秋, 厚, 薄, 厚实, 轻薄
"""

# Traditional -> simplified, for the characters that occur in the Chinese table and around it.
_TRADITIONAL = (
    "條紋襯褲裙襪圓領綠藍紅紫綴綢緞絲絨純織針開釦鈕鏈褐麗駝銀鐵鏽長鬆緊寬闊連帶無沒有"
    "個件這點過來給讓請謝試號碼體顏風衛衣畫圖樣蕾豹動處與為鮮豔艷淺深淡軍裝夾克禮晚婚"
    "紗馬鴨絨棉麻亞綿質黃灑橘層邊線繡釘拉鎖貼補蓋蓮籃頭項鍊戒環鏡錶襖羽氈領層麼嗎會後"
    "還從換變將據對錯掛側單雙擺襬貓獸蟲熱帶嬰兒檸檬薰覺緣縮減細寫標誌語塗鴉卡通飛機車"
    "護運適當練習見覺媽爺紐約觀歡喜愛極備齊簡單蘿蔔蘇蘭韓國漢傳統鞋靴圍巾帽護裏裡籠燈"
    "齡顯瘦條總歲廣東臺灣爾維斯馴貝殼湖寶氣彈極錦鵝絲貴賓軟輕鬆滿緹蠶駁釋潔淨淒鄉鎮聖"
    "誕節顆粒顧問買賣門關聯繫結東經網絡"
)
_SIMPLIFIED = (
    "条纹衬裤裙袜圆领绿蓝红紫缀绸缎丝绒纯织针开扣纽链褐丽驼银铁锈长松紧宽阔连带无没有"
    "个件这点过来给让请谢试号码体颜风卫衣画图样蕾豹动处与为鲜艳艳浅深淡军装夹克礼晚婚"
    "纱马鸭绒棉麻亚绵质黄洒橘层边线绣钉拉锁贴补盖莲篮头项链戒环镜表袄羽毡领层么吗会后"
    "还从换变将据对错挂侧单双摆摆猫兽虫热带婴儿柠檬薰觉缘缩减细写标志语涂鸦卡通飞机车"
    "护运适当练习见觉妈爷纽约观欢喜爱极备齐简单萝卜苏兰韩国汉传统鞋靴围巾帽护里里笼灯"
    "龄显瘦条总岁广东台湾尔维斯驯贝壳湖宝气弹极锦鹅丝贵宾软轻松满缇蚕驳释洁净凄乡镇圣"
    "诞节颗粒顾问买卖门关联系结东经网络"
)
"""Both strings run in step: the n-th of one is the n-th of the other."""

SIMPLIFY = MappingProxyType(
    {ord(old): new for old, new in zip(_TRADITIONAL, _SIMPLIFIED, strict=True) if old != new}
)

# A meaning is a tuple of (attribute, value), where "!attribute" rules out and "@" is a role.
Meaning = tuple[tuple[str, str], ...]


def _rows(table: str) -> Iterator[tuple[Meaning, tuple[str, ...]]]:
    """The rows of a table: (meaning, phrases)."""
    for row in table.replace("\n  ", " ").split("\n"):
        if not row:
            continue
        left, _, phrases = row.partition(": ")
        if left.startswith("@"):
            role, _, subject = left.partition(" ")
            meaning: Meaning = ((role, subject),)
        else:
            meaning = tuple(
                (key, value) for key, _, value in (p.partition("=") for p in left.split())
            )
        yield meaning, tuple(phrases.split(", "))


def phrases(language: str) -> Iterator[tuple[Meaning, tuple[str, ...]]]:
    """The rows of "en" or "zh": (meaning, phrases as they are written)."""
    return _rows(_CHINESE_TABLE if language == "zh" else _ENGLISH_TABLE)


def _english(table: str) -> dict[str, Meaning]:
    """{key: meaning}. What names a value is keyed with its words run together ("offwhite", so
    that "off-white", "off white" and "offwhite" are one), what only steers with single spaces
    ("a round neck" must not be read as "around")."""
    return {
        phrase.replace("-", " ").replace(" ", "" if meaning[0][0][0] != "@" else " "): meaning
        for meaning, phrases in _rows(table)
        for phrase in phrases
    }


def _chinese(table: str) -> dict[str, Meaning]:
    return {phrase: meaning for meaning, phrases in _rows(table) for phrase in phrases}


ENGLISH = MappingProxyType(_english(_ENGLISH_TABLE))
CHINESE = MappingProxyType(_chinese(_CHINESE_TABLE))


def _single_words(roles: Callable[[str], bool]) -> frozenset[str]:
    """The one-word phrases of the English rows whose first key passes."""
    return frozenset(
        phrase
        for meaning, phrases in _rows(_ENGLISH_TABLE)
        if roles(meaning[0][0])
        for phrase in phrases
        if phrase.isalpha()
    )


# What a misspelt word may be corrected to: words that name a value or an attribute.
ENGLISH_TARGETS = _single_words(lambda key: key[0] != "@" or key == "@subject") | {
    "length",
    "polka",
    "quarter",
    "shoulder",
    "sleeved",
    "without",
}
# Words of all rows are right as they are, though one letter from another ("stripe", "strike").
ENGLISH_CORRECT = frozenset(
    word
    for _, phrases in _rows(_ENGLISH_TABLE)
    for phrase in phrases
    for word in re.findall(r"[a-z]+", phrase)
)
