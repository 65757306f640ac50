# Some chains of JAGS in one process; engines.py starts it:
#   Rscript --vanilla jags.R MODEL DATA DRAWS TOLD FIRST_CHAIN CHAINS ADAPT BURN ITERATIONS CAP SEED
# DATA is an R file that makes `data`; DRAWS receives the draws of `wanted` as 8-byte reals, cell fastest, then chain,
# then iteration; TOLD receives lines "name value". CAP: seconds of sampling after which no further block is begun;
# adapting and burning in take at most half of it each.
words <- commandArgs(trailingOnly = TRUE)
number <- function(i) as.numeric(words[i])
chains <- number(6)
cap <- number(10)
# Unix time and processor time of this process.
now <- function() c(as.numeric(Sys.time()), sum(proc.time()[c("user.self", "sys.self")]))

# The module glm finds nothing to do in this model: the same samplers with it and without.
suppressMessages(library(rjags))
loaded <- now()
source(words[2])

# Chains start apart, each half a prior sd about the prior's middle.
begin <- function(chain) {
  set.seed(1000 * number(11) + chain)
  level_sd <- exp(data$log_level_sd + 0.5 * data$level_log_sd * rnorm(data$n_sd))
  eta <- numeric(data$n_nodes)
  first <- seq_len(data$n_mu)
  eta[first] <- data$location + 0.5 * data$sd_mu * rnorm(data$n_mu)
  for (j in setdiff(seq_len(data$n_nodes), first)) {
    eta[j] <- eta[data$parent[j]] + 0.5 * level_sd[data$sd_of[j]] * rnorm(1)
  }
  cv <- exp(data$log_cv + 0.5 * data$cv_log_sd * rnorm(data$n_scatter))
  list(eta = eta, level_sd = level_sd, cv = cv,
       .RNG.name = "base::Mersenne-Twister", .RNG.seed = 1000 * number(11) + chain)
}
inits <- lapply(number(5) - 1 + seq_len(chains), begin)
prepared <- now()
model <- jags.model(words[1], data = data, inits = inits, n.chains = chains, n.adapt = 0, quiet = TRUE)
compiled <- now()

# In blocks of about a tenth of the cap, so that a slow model stops in time. Returns how many were done.
blocks <- function(wanted, limit, step) {
  done <- 0
  size <- min(wanted, 10)
  spent <- c(0, 0)
  while (done < wanted && spent[1] < limit) {
    size <- min(size, wanted - done)
    spent <- spent + step(size)
    done <- done + size
    size <- max(1, floor(min(10 * size, done / max(spent[1], 1e-3) * min(limit - spent[1], cap / 10))))
  }
  c(done, spent)
}
timed <- function(work) {
  began <- now()
  work()
  now() - began
}
adapted <- blocks(number(7), cap / 2, function(n) timed(function() adapt(model, n, progress.bar = "none")))
well <- adapt(model, 0, end.adaptation = TRUE, progress.bar = "none")
burned <- blocks(number(8), cap / 2, function(n) timed(function() update(model, n, progress.bar = "none")))
target <- file(words[3], "wb")
sampled <- blocks(number(9), cap, function(n) {
  began <- now()
  drawn <- jags.samples(model, "wanted", n.iter = n, progress.bar = "none")$wanted
  spent <- now() - began
  writeBin(as.double(aperm(unclass(drawn), c(1, 3, 2))), target)
  spent
})
close(target)
samplers <- table(names(list.samplers(model)))
stage <- function(name, spent) paste(c(name, paste0(name, "_cpu")), format(spent, digits = 17, trim = TRUE))
told <- c(
  stage("loaded", loaded), stage("read", prepared - loaded), stage("compile", compiled - prepared),
  stage("adapt", adapted[2:3]), stage("burn", burned[2:3]), stage("sample", sampled[2:3]),
  paste("adapted_well", well), paste("adapted", adapted[1]), paste("burned", burned[1]), paste("iterations", sampled[1]),
  paste("jags", jags.version()), paste("rjags", packageVersion("rjags")), paste("r", getRversion()),
  paste("samplers", paste(names(samplers), samplers, sep = ": ", collapse = "; "))
)
writeLines(told, words[4])
