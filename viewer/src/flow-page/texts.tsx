/** Sections of the page that are only read. */

/** Why the velocity is a mean, and of what. */
export function VelocityText() {
  return (
    <section>
      <h2>Where the velocity comes from</h2>
      <p>
        Mix a data point x₁ with noise ε: x<sub>t</sub> = t·x₁ + (1 − t)·ε. Along this line the velocity is x₁ − ε. Many
        such lines pass through one point; flow matching fits their mean, and following the mean moves all the noise
        onto the data. For a mixture of Gaussians the mean has a closed form, which is drawn here; a network has to
        learn it.
      </p>
    </section>
  );
}

/** Which way time runs, here and in the controllers. */
export function SignsText() {
  return (
    <section>
      <h2>Signs</h2>
      <p>
        Time runs from noise (0) to data (1) here, as in most figures. The controllers of flowgait count from 1 (noise)
        to 0 (action), so their velocity has the other sign, and their g is √(2ηt).
      </p>
    </section>
  );
}

/** Where to read on. */
export function PapersText() {
  return (
    <section>
      <h2>Papers</h2>
      <ul>
        {PAPERS.map(([title, about, address]) => (
          <li key={address}>
            <a href={address} target="_blank" rel="noreferrer">
              {title}
            </a>
            : {about}
          </li>
        ))}
      </ul>
    </section>
  );
}

const PAPERS = [
  [
    "Flow Matching Policy Gradients (FPO)",
    "how rewards weigh the flow matching loss",
    "https://arxiv.org/abs/2507.21053",
  ],
  ["FPO++", "the same for robots, with a ratio per sample", "https://arxiv.org/abs/2602.02481"],
  ["Flow Matching for Generative Modeling", "the velocity as a mean", "https://arxiv.org/abs/2210.02747"],
  ["Stochastic Interpolants", "flows and diffusions with the same densities", "https://arxiv.org/abs/2303.08797"],
] as const;
